"""Splits by time: nothing of the future is ever trained on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from online_models.numerics.arrays import Ints


class Split(NamedTuple):
    """Row numbers; every training bucket ends before the first test bucket's end."""

    train: Ints
    test: Ints


def at(end: Ints, share: float) -> Split:
    """The last `share` of the distinct bucket ends is the test.

    >>> split = at(np.array([1, 1, 2, 3, 4]), 0.25)
    >>> split.train.tolist(), split.test.tolist()
    ([0, 1, 2, 3], [4])
    """
    instants = np.unique(end)
    tested = max(1, round(len(instants) * share))
    if len(instants) <= tested:
        raise ValueError(f"{len(instants)} buckets in time are too few for a split at {share}")
    first = instants[-tested]
    return Split(np.flatnonzero(end < first), np.flatnonzero(end >= first))


def rolling_origin(end: Ints, folds: int, share: float) -> list[Split]:
    """`folds` splits with ever later origins; each test is the next `share` of the instants.

    References: Tashman, "Out-of-sample tests of forecasting accuracy", IJF 16 (2000).
    """
    instants = np.unique(end)
    length = max(1, round(len(instants) * share))
    if folds * length >= len(instants):
        raise ValueError(f"{len(instants)} buckets in time are too few for {folds} folds")
    splits = []
    for fold in range(folds, 0, -1):
        first = instants[-fold * length]
        last = instants[-(fold - 1) * length - 1] if fold > 1 else instants[-1]
        splits.append(
            Split(np.flatnonzero(end < first), np.flatnonzero((end >= first) & (end <= last)))
        )
    return splits
