"""Days of the past in pieces that are counted as one draw."""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.numerics.special import sum_by
from online_models.studies.promotions.past import PastSales, UsualSales

#: Days that are counted as one draw: what sells more today does so tomorrow, too.
CELL = 7
#: A draw further off than this many deviations counts as one that far off.
BOUND = 3.0
#: Days of a month, by which pieces are grouped.
MONTH = 28


class Cells:
    """Days of an offer in pieces of up to a week, within or outside of a promotion."""

    def __init__(self, past: PastSales) -> None:
        self._past = past
        offers, days = past.units.shape
        number = np.zeros((offers, days), np.int64)
        age = np.zeros(offers, np.int64)
        for day in range(1, days):
            age += 1
            new = (age == CELL) | (past.depth[:, day] != past.depth[:, day - 1])
            new |= past.advertised[:, day] != past.advertised[:, day - 1]
            number[:, day] = number[:, day - 1] + new
            age[new] = 0
        first = np.concatenate([[0], np.add.accumulate(number[:, -1] + 1)])
        self.of = (number + first[:-1, None]).ravel()
        self.count = int(first[-1])
        self.offers = offers
        self.offer = np.repeat(np.arange(offers), number[:, -1] + 1)
        first_day = np.full(self.count, days, np.int64)
        np.minimum.at(first_day, self.of, np.tile(np.arange(days), offers))
        self.month = first_day // MONTH
        self.ran = self._sum((past.promoted | past.advertised).astype(np.float64)) > 0.0
        self.units = self._sum(np.where(past.stocked > 0.0, past.units, 0.0))

    def _sum(self, values: Floats) -> Floats:
        return sum_by(self.of, values.ravel(), self.count)

    def mean(self, values: Floats, weight: Floats) -> Floats:
        """Weighted means of `values` (offers, days), (cells,)."""
        return self._sum(values * weight) / np.maximum(self._sum(weight), 1e-9)

    def residual(
        self, whole: Floats, common: Floats, usual: UsualSales
    ) -> tuple[Floats, Floats, float]:
        """How far log sales are off what is expected, and its variance, (cells,); and the part of
        the variance that is more than chance.

        The variance is that at what is `common` to the category: an offer that sold much by chance
        is no better known for it.
        """
        expected, typical = self._sum(whole), self._sum(common)
        quiet = ~self.ran
        off = (self.units[quiet] - expected[quiet]) ** 2 - expected[quiet]
        scatter = max(float(off.sum()) / max(float((expected[quiet] ** 2).sum()), 1.0), 0.0)
        known = self.mean(usual.known_from, whole)
        variance = 1.0 / np.maximum(typical, 1e-9) + scatter
        variance += np.where(self.ran, 1.0 / np.maximum(known, 1e-9), 0.0)
        y = (self.units - expected) / np.maximum(expected, 1e-9)
        bound = BOUND * np.sqrt(variance)
        y = np.minimum(np.maximum(y, -bound), bound)
        nothing = typical <= 0.0
        return np.where(nothing, 0.0, y), np.where(nothing, np.inf, variance), scatter
