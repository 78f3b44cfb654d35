"""The features that a model knows by name, and its belief about their weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.second_hand.gaussian import Gaussian
from online_models.second_hand.item import Feature

#: Times that an open feature must come before it has a weight: a title or a serial number is each
#: thing's own, says nothing of others, and would leave no room.
OFTEN = 3
#: Open features that wait for that at most.
MOST_WAITING = 2_000


class FeatureRow(NamedTuple):
    """The features of a thing that a model knows, (m,) each, and the variance of those it does not
    know.
    """

    rows: Ints
    values: Floats
    unknown: float


class Weights:
    """Weights by the names of features, of which there are `most` at most: what comes later is
    unknown, and makes predictions as wide as it may move them.
    """

    SAVED = Saved(
        index=dict[str, int],
        start=list[float],
        waiting=dict[str, int],
        belief=Part(),
    )

    def __init__(self, most: int) -> None:
        self.most = most
        self.index: dict[str, int] = {}
        #: Variances before anything was known.
        self.start: list[float] = []
        #: Open features that have come too seldom yet, and how often.
        self.waiting: dict[str, int] = {}
        self.belief = Gaussian()

    def row(
        self, features: Sequence[Feature], *, add: bool = True, mean: float = 0.0
    ) -> FeatureRow:
        """The features as rows; new ones are added where there is room, with that mean."""
        rows: list[int] = []
        values: list[float] = []
        unknown = 0.0
        for feature in features:
            row = self.index.get(feature.name, -1)
            if row < 0 and add and len(self.index) < self.most and self._admits(feature):
                row = self.index[feature.name] = len(self.index)
                self.start.append(feature.deviation * feature.deviation)
                self.belief.add(mean, self.start[-1])
            if row < 0:
                part = feature.deviation * feature.value
                unknown += part * part
            else:
                rows.append(row)
                values.append(feature.value)
        return FeatureRow(np.array(rows, dtype=np.int64), np.array(values), unknown)

    def _admits(self, feature: Feature) -> bool:
        if not feature.open:
            return True
        times = self.waiting.pop(feature.name, 0) + 1
        if times >= OFTEN:
            return True
        self.waiting[feature.name] = times
        if len(self.waiting) > MOST_WAITING:
            del self.waiting[next(iter(self.waiting))]
        return False

    def predict(self, row: FeatureRow) -> tuple[float, float]:
        """Mean and variance of the sum of the weights."""
        mean, variance = self.belief.predict(row.rows, row.values)
        return mean, variance + row.unknown

    def drift(self, share: float) -> None:
        """A day has passed: each weight may have moved by that share of the variance that it began
        with, or of 1 where that is less: how wide a first guess is says nothing of the pace.
        """
        self.belief.widen(np.minimum(np.array(self.start), 1.0) * share)
