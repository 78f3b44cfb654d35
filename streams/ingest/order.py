"""The order in which records of several partitions enter the journal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from streams.records import Record


def merge(partitions: Iterable[Sequence[Record]]) -> list[Record]:
    """Records of several partitions by timestamp; each partition keeps its own order.

    A timestamp that runs back within a partition counts as the highest before it.
    """
    runs = [run for run in partitions if run]
    if len(runs) == 1:
        return list(runs[0])
    times = [
        np.maximum.accumulate(np.array([r.timestamp for r in run], dtype=np.int64)) for run in runs
    ]
    records = [record for run in runs for record in run]
    if not records:
        return []
    return [records[i] for i in np.argsort(np.concatenate(times), kind="stable").tolist()]
