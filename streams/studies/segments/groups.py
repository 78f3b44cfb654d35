"""Items and customers of recordings as tables of features, and the groups in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.studies.segments.clusters import best_clustering, hierarchical, k_means
from online_models.studies.segments.features import CUSTOMER_FEATURES, ITEM_FEATURES, item_features
from streams.errors import InputError
from streams.studies.segments.buyers import buyers
from streams.trainer import source

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
