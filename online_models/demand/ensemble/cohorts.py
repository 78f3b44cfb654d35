"""Offers alike in price and margin, and how they sell compared with their categories.

K-means over log price and log markup groups the offers, whatever their category; the mean by which
a group's offers sell more or less than their categories is what a new offer of the group starts
with. So a newcomer of a large or a foreign category starts from those that resemble it.

References: Lloyd, "Least squares quantization in PCM", IEEE Trans. Information Theory 28 (1982);
shrinkage as in Efron and Morris, JASA 70 (1975).
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.numerics.special import log, sum_by, total
from online_models.persistence.kinds import Array, Part
from online_models.persistence.saved import Saved

#: Quantiles of price and of markup that the groups start from, each with each.
STARTS = (0.125, 0.375, 0.625, 0.875)
GROUPS = len(STARTS) ** 2
#: Steps of K-means as the groups are found, and each day after: prices move slowly.
FIRST_STEPS = 10
#: Fewer offers than this many a group tell nothing.
LEAST = 3
#: Offers' worth of belief that a group sells like its categories.
SHRINKAGE = 3.0
#: Markups beyond e to this power, either way, count as this.
LARGEST_MARKUP = 2.0


class _Offers(Columns):
    """One row per offer: logs of its first net price, and of that over its cost; NaN: unknown."""

    price: Floats = column(np.float64, np.nan)
    markup: Floats = column(np.float64, np.nan)


class Cohorts:
    """Groups of offers, and each group's mean log level less its categories'.

    >>> cohorts, n = Cohorts(), 200
    >>> cohorts.grow(n + 1)
    >>> dear = np.arange(n + 1) % 2
    >>> cohorts.describe(np.arange(n + 1), 1e3 * (1.0 + 9.0 * dear), np.full(n + 1, 500.0))
    >>> sells = np.where(dear[:n] == 1, -1.0, 1.0)
    >>> cohorts.learn(1, np.arange(n), sells, np.full(n, 0.1), np.ones(n))
    >>> # it is cheap, and so are those that sell
    >>> cohorts.cold_start_level(np.array([n])).round(1).tolist()
    [1.0]
    """

    SAVED = Saved(
        offers=Part(),
        centres=Array(np.float64, GROUPS, 2),
        spread=Array(np.float64, 2),
        effect=Array(np.float64, GROUPS),
        day=int,
    )

    def __init__(self) -> None:
        self.offers = _Offers()
        #: Centres (GROUPS, 2) in units of `spread`; log units a day less the category's, (GROUPS,).
        self.centres: Floats = np.zeros((GROUPS, 2))
        self.spread: Floats = np.ones(2)
        self.effect: Floats = np.zeros(GROUPS)
        #: Day of the last look at the offers; −1 before the groups are found.
        self.day = -1

    def grow(self, offers: int) -> None:
        """Make room for offers."""
        self.offers.grow(offers)

    def describe(self, offer: Ints, net: Floats, cost: Floats) -> None:
        """First prices of offers, net of tax and fees, and their unit costs, (n,)."""
        known = net > 0.0
        price = log(np.where(known, net, 1.0))
        markup = price - log(np.where(cost > 0.0, cost, 1.0))
        markup = np.minimum(np.maximum(markup, -LARGEST_MARKUP), LARGEST_MARKUP)
        self.offers.price[offer] = np.where(known, price, np.nan)
        self.offers.markup[offer] = np.where(known & (cost > 0.0), markup, np.nan)

    def due(self, day: int) -> bool:
        """Whether the offers have not been looked at on this day (since the epoch)."""
        return day != self.day

    def learn(
        self, day: int, offer: Ints, level: Floats, variance: Floats, scatter: Floats
    ) -> None:
        """Look again at which offers are alike and how each group sells.

        `offer` are the rows of those that have sold, `level` their log levels less their
        categories', known with `variance`; `scatter` is that of offers about their category.
        """
        described = ~np.isnan(self.offers.price[offer]) & ~np.isnan(self.offers.markup[offer])
        offer = offer[described]
        if len(offer) < LEAST * GROUPS:
            return
        points = np.stack([self.offers.price[offer], self.offers.markup[offer]])
        first = self.day < 0
        if first:
            self.spread = np.array([_deviation(column) for column in points])
            low, high = (np.sort(column)[_places(len(offer))] for column in points)
            self.centres = np.stack([np.repeat(low, len(STARTS)), np.tile(high, len(STARTS))], 1)
            self.centres = self.centres / self.spread
        points = points / self.spread[:, None]
        for _ in range(FIRST_STEPS if first else 1):
            self._step(points)
        group = self._nearest(points)
        weight = (scatter / (scatter + variance))[described]
        moment = sum_by(group, weight * level[described], GROUPS)
        self.effect = moment / (sum_by(group, weight, GROUPS) + SHRINKAGE)
        self.day = day

    def cold_start_level(self, offer: Ints) -> Floats:
        """Log level that offers have, less their categories', 0 where nothing is known, (n,)."""
        points = np.stack([self.offers.price[offer], self.offers.markup[offer]])
        points = points / self.spread[:, None]
        known = (points[0] == points[0]) & (points[1] == points[1]) & (self.day >= 0)
        return np.where(known, self.effect[self._nearest(points)], 0.0)

    def _nearest(self, points: Floats) -> Ints:
        """The group of each point, (2, n) → (n,)."""
        gaps = self.centres[:, :, None] - points[None]
        nearest: Ints = np.argmin(gaps[:, 0] * gaps[:, 0] + gaps[:, 1] * gaps[:, 1], axis=0)
        return nearest

    def _step(self, points: Floats) -> None:
        """Move each centre to the mean of its points; one without any stays."""
        group = self._nearest(points)
        number = np.bincount(group, minlength=GROUPS)[:, None]
        sums = np.stack([sum_by(group, column, GROUPS) for column in points], axis=1)
        self.centres = np.where(number > 0, sums / np.maximum(number, 1), self.centres)


def _places(size: int) -> Ints:
    """Places of the quantiles among so many sorted values."""
    return np.array([int(share * size) for share in STARTS])


def _deviation(values: Floats) -> float:
    """Standard deviation; 1 where all are alike."""
    centred = values - total(values) / len(values)
    square = total(centred * centred) / len(values)
    return float(np.sqrt(square)) if square > 1e-12 else 1.0
