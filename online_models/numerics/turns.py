"""Values that come several times, taken in turns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def turns(values: Ints) -> list[Ints]:
    """The places of the first of each value, then of the second, and so on, each ascending.

    >>> [part.tolist() for part in turns(np.array([7, 7, 3, 7]))]
    [[0, 2], [1], [3]]
    """
    if not len(values):
        return []
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    if len(starts) == len(values):
        return [np.arange(len(values))]
    counts = np.diff(np.append(starts, len(values)))
    rank = np.empty(len(values), dtype=np.int64)
    rank[order] = np.arange(len(values)) - np.repeat(starts, counts)
    by_rank = np.argsort(rank, kind="stable")
    cuts = np.flatnonzero(np.diff(rank[by_rank])) + 1
    return np.split(by_rank, cuts)
