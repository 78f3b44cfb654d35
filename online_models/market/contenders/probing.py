"""Pooled estimates with small probes that shrink: how far a plain learner gets."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Floats, Ints
from online_models.market.contenders.band import legal, markup
from online_models.market.contenders.contender import Seen
from online_models.market.contenders.regression import Regression
from online_models.market.market import Market
from online_models.market.randomness import generator

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
        self._regression = Regression(self._goods.first_price, self._goods.category)

    def decide(self, day: int, seen: Seen | None) -> Ints:
        """The best guess, probed."""
        if seen is not None:
            self._regression.learn(seen.prices, seen.units)
        signs = 2 * generator(self._seed, "probes", day).integers(0, 2, len(self._goods)) - 1
        probe = FIRST_PROBE / (1.0 + day / STEADY_DAYS) ** 0.5
        guess = markup(self._goods, self._regression.elasticity)
        return legal(self._goods, guess * np.exp(probe * signs))

    def elasticities(self) -> Floats:
        """The means of the belief."""
        return self._regression.elasticity
