"""Customers of recorded orders, and how they buy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.shop.catalogue import Names
from online_models.studies.segments.features import PurchaseLines, customer_features
from schemas.records.record import RecordError
from schemas.topics import decode
from schemas.values.money import to_minor
from streams.recording import Recording, RecordingError

ORDERS = "orders"


def buyers(paths: Sequence[Path]) -> tuple[list[str], Floats]:
    """Customer ids as the recording has them, and their features at its end.

    Orders without a customer, cancellations and what is no order are left out.

    Raises
    ------
    RecordingError
        Where a recording can't be read, or no order names a customer.
    """
    customers, orders, items = Names(), Names(), Names()
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
