"""Items and customers of recordings as tables of features, and the groups in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.shop.catalogue import Interner
from online_models.studies.segments.clusters import best_clustering, hierarchical, k_means
from online_models.studies.segments.features import (
    CUSTOMER_FEATURES,
    ITEM_FEATURES,
    PurchaseLines,
    customer_features,
    item_features,
)
from schemas.records.record import RecordError
from schemas.topics import decode
from schemas.values.money import to_minor
from streams.errors import InputError
from streams.recording import Recording, RecordingError
from streams.trainer import source

ORDERS = "orders"


def buyers(paths: Sequence[Path]) -> tuple[list[str], Floats]:
    """Customer ids as the recording has them, and their features at its end.

    Orders without a customer, cancellations and what is no order are left out.

    Raises
    ------
    RecordingError
        Where a recording can't be read, or no order names a customer.
    """
    customers, orders, items = Interner(), Interner(), Interner()
    rows: list[tuple[int, int, int, int, float, float]] = []
    for entry in Recording(paths, [ORDERS]):
        try:
            order = decode(ORDERS, entry.value or b"")
        except RecordError:
            continue
        if order.customer_id is None or order.status != "placed":
            continue
        time = entry.timestamp if order.time is None else order.time
        who, which = customers.id(order.customer_id), orders.id(order.order_id)
        for line in order.lines:
            price = float(to_minor(line.unit_price, order.currency))
            rows.append((who, which, items.id(line.sku), time, float(line.quantity), price))
    if not rows:
        raise RecordingError("no order names a customer")
    table = np.array(rows, np.float64)
    whole = table[:, :4].astype(np.int64)
    lines = PurchaseLines(
        whole[:, 0], whole[:, 1], whole[:, 2], whole[:, 3], table[:, 4], table[:, 5]
    )
    return customers.names, customer_features(lines, len(customers), int(whole[:, 3].max()) + 1)


METHODS = {"k-means": k_means, "hierarchical": hierarchical}


class FeatureTable(NamedTuple):
    """A row for each member; `values` has shape (members, features), NaN where nothing is known."""

    names: list[str]
    features: tuple[str, ...]
    values: Floats


def item_table(paths: list[Path]) -> FeatureTable:
    """How items sell; RecordingError where a recording cannot be read."""
    panel = source.panel(paths)
    if not len(panel):
        raise InputError(f"there are no records of {source.OBSERVATIONS}")
    names = list(panel.names.names)
    return FeatureTable(names, ITEM_FEATURES, item_features(panel.observations(), len(names)))


def customer_table(paths: list[Path]) -> FeatureTable:
    """How customers buy; RecordingError where no order names one."""
    names, values = buyers(paths)
    return FeatureTable(names, CUSTOMER_FEATURES, values)


def group(table: FeatureTable, method: str, most: int) -> dict[str, Any]:
    """At most `most` groups of the members that are known in full, as `--json` prints them.

    InputError where they are too few, or all alike.
    """
    known = np.flatnonzero(np.isfinite(table.values).all(axis=1))
    values = table.values[known]
    try:
        clusters, separation = best_clustering(METHODS[method], table.features, values, most)
    except ValueError as error:
        raise InputError(str(error)) from None
    groups = clusters.assign(values)
    return {
        "silhouettes": {str(number): score for number, score in separation.items()},
        "groups": [
            {
                "group": number,
                "members": int((groups == number).sum()),
                "means": dict(
                    zip(clusters.features, values[groups == number].mean(0).tolist(), strict=True)
                ),
            }
            for number in np.unique(groups).tolist()
        ],
        "members": dict(
            zip([table.names[row] for row in known.tolist()], groups.tolist(), strict=True)
        ),
    }
