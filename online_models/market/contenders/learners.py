"""Contenders that learn elasticities by regression: greedy, Thompson sampling, and probing."""

from __future__ import annotations

import numpy as np

from online_models.market.contenders.contender import RecordedDay, legal, markup
from online_models.market.market import Market
from online_models.market.randomness import generator
from online_models.numerics.arrays import Floats, Ints

#: What one believes before any sale: elasticities about 2.5, with this spread.
PRIOR_ELASTICITY = 2.5
PRIOR_SPREAD = 1.0
#: Spread of an offer's elasticity about its category's, and of the category's about the prior.
OFFER_SPREAD = 0.5
CATEGORY_SPREAD = 0.6
#: A day's weight falls at this rate: after some 300 days a third of it is left.
KEPT_A_DAY = 0.997
#: Days looked back on; older ones weigh less than a tenth.
WINDOW = 730
#: A day's Newton step in elasticity is bounded; the fit is warm from the day before.
LONGEST_STEP = 0.5


class ElasticityRegression:
    """log E[units] = level − elasticity · log(p / p₀), all offers at once.

    The level is profiled out (its estimate is closed); the elasticity takes one Newton step a day
    on the weighted Poisson likelihood of the whole window and its normal prior.

    Parameters
    ----------
    first_price: minor units, shape (n,).
    category: shape (n,), or None: elasticities are then not pooled but shrunk to one prior.

    Attributes
    ----------
    elasticity, deviation: mean and standard deviation of the belief, shape (n,).
    """

    def __init__(self, first_price: Ints, category: Ints | None) -> None:
        n = len(first_price)
        self._first = first_price
        self._category = category
        self._x = np.zeros((WINDOW, n))
        self._units = np.zeros((WINDOW, n))
        self._days = 0
        self.elasticity: Floats = np.full(n, PRIOR_ELASTICITY)
        self.deviation: Floats = np.full(n, PRIOR_SPREAD)

    def learn(self, prices: Ints, units: Ints) -> None:
        """Take in a day: prices (minor units) and units sold, shape (n,)."""
        row = self._days % WINDOW
        self._x[row] = -np.log(prices / self._first)
        self._units[row] = units
        self._days += 1
        score, info = self._likelihood()
        mean, precision = self._prior(info, score + info * self.elasticity)
        step = (score - precision * (self.elasticity - mean)) / (info + precision)
        self.elasticity = self.elasticity + np.clip(step, -LONGEST_STEP, LONGEST_STEP)
        self.deviation = 1.0 / np.sqrt(info + precision)

    def _likelihood(self) -> tuple[Floats, Floats]:
        """Profile score and information of the elasticity where it stands, shape (n,) each."""
        rows = min(self._days, WINDOW)
        x, units = self._x[:rows], self._units[:rows]
        age = (self._days - 1 - np.arange(rows)) % WINDOW
        weight = (KEPT_A_DAY**age)[:, None]
        relative = weight * np.exp(self.elasticity * x)
        sold = (weight * units).sum(axis=0)
        shares = relative / relative.sum(axis=0)
        centre = (shares * x).sum(axis=0)
        score = (weight * units * (x - centre)).sum(axis=0)
        info = sold * (shares * (x - centre) ** 2).sum(axis=0)
        return score, info

    def _prior(self, info: Floats, score: Floats) -> tuple[Floats, Floats]:
        """Mean and precision of each elasticity's prior, from its category where pooled."""
        n = len(info)
        if self._category is None:
            return np.full(n, PRIOR_ELASTICITY), np.full(n, PRIOR_SPREAD**-2)
        information = info / (1.0 + OFFER_SPREAD**2 * info)
        evidence = score / (1.0 + OFFER_SPREAD**2 * info)
        trust = CATEGORY_SPREAD**-2
        total = np.bincount(self._category, information) + trust
        pulled = np.bincount(self._category, evidence) + trust * PRIOR_ELASTICITY
        centre = np.asarray(pulled / total, dtype=np.float64)
        spread = OFFER_SPREAD**2 + 1.0 / np.asarray(total, dtype=np.float64)
        return centre[self._category], 1.0 / spread[self._category]


class Greedy:
    """A regression per offer; nothing is explored.

    pooled: elasticities are shrunk to their category's; else offers share nothing.
    """

    def __init__(self, market: Market, _seed: int, pooled: bool = False) -> None:
        self._goods = market.assortment
        category = self._goods.category if pooled else None
        self._regression = ElasticityRegression(self._goods.first_price, category)

    def decide(self, _day: int, yesterday: RecordedDay | None) -> Ints:
        """The markup of the believed elasticities."""
        if yesterday is None:
            return self._goods.first_price
        self._regression.learn(yesterday.prices, yesterday.units)
        return markup(self._goods, self._regression.elasticity)

    def elasticities(self) -> Floats:
        """The estimates."""
        return self._regression.elasticity


class Thompson:
    """Pooled elasticities, drawn afresh every day (Thompson 1933)."""

    def __init__(self, market: Market, seed: int) -> None:
        self._goods = market.assortment
        self._seed = seed
        self._regression = ElasticityRegression(self._goods.first_price, self._goods.category)

    def decide(self, day: int, yesterday: RecordedDay | None) -> Ints:
        """The markup of drawn elasticities."""
        if yesterday is None:
            return self._goods.first_price
        self._regression.learn(yesterday.prices, yesterday.units)
        noise = generator(self._seed, "thompson", day).standard_normal(len(self._goods))
        belief = self._regression
        return markup(self._goods, belief.elasticity + belief.deviation * noise)

    def elasticities(self) -> Floats:
        """The means of the belief."""
        return self._regression.elasticity


#: The first probe (log price) up or down, and the days after which it shrinks like 1/√day.
FIRST_PROBE = 0.1
STEADY_DAYS = 7.0


class Probing:
    """The markup of pooled elasticities, times exp(±a) with a ∝ 1/√day.

    A learner that always asks its best guess stops varying prices and learns nothing more
    (incomplete learning, Keskin and Zeevi 2014); probes that shrink this fast cost as much as the
    errors that they leave.
    """

    def __init__(self, market: Market, seed: int) -> None:
        self._goods = market.assortment
        self._seed = seed
        self._regression = ElasticityRegression(self._goods.first_price, self._goods.category)

    def decide(self, day: int, yesterday: RecordedDay | None) -> Ints:
        """The best guess, probed."""
        if yesterday is not None:
            self._regression.learn(yesterday.prices, yesterday.units)
        signs = 2 * generator(self._seed, "probes", day).integers(0, 2, len(self._goods)) - 1
        probe = FIRST_PROBE / (1.0 + day / STEADY_DAYS) ** 0.5
        guess = markup(self._goods, self._regression.elasticity)
        return legal(self._goods, guess * np.exp(probe * signs))

    def elasticities(self) -> Floats:
        """The means of the belief."""
        return self._regression.elasticity
