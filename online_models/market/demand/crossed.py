"""Constant own elasticities with cross-effects: offers of a category cannibalise each other."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.demand.curve import RIVAL_SHARE
from online_models.market.index import Index

#: What an offer gains when all others of its category rise by a little, as a share of its own
#: elasticity. The demand of a category as a whole still falls with its price level.
CROSS_SHARE = 0.15
#: Dear substitutes stop mattering: the effect of a price saturates at this distance (log).
SATURATION = 0.6


class Crossed:
    """log rate_i = the log-linear index + χ_i · mean over the others j of its category of s(x_j).

    x = log(p / p₀) and s(x) = c tanh(x / c). Without the saturation it would pay to price some
    offers out of the market to feed the others without bound.
    """

    separable = False

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._first = assortment.first_price.astype(np.float64)
        self._log_base = np.log(assortment.base)
        self._elasticity = assortment.elasticity
        self._rival = RIVAL_SHARE * assortment.elasticity
        members = np.equal.outer(np.arange(len(assortment.categories)), assortment.category)
        self._members = members.astype(np.float64)
        others = np.maximum(self._members.sum(axis=1)[assortment.category] - 1.0, 1.0)
        self._cross = CROSS_SHARE * assortment.elasticity / others

    def coordinate(self, prices: Floats) -> Floats:
        """log(p / p₀)."""
        return np.log(prices / self._first)

    def rates(self, prices: Floats, index: Index) -> Floats:
        """Expected units a day, shape of `prices`."""
        x = self.coordinate(prices)
        felt = SATURATION * np.tanh(x / SATURATION)
        others = felt @ self._members.T @ self._members - felt
        level = self._log_base + index.traffic + index.taste + self._rival * index.rival
        rates: Floats = np.exp(level - (self._elasticity + index.slope) * x + self._cross * others)
        return rates

    def pullback(self, prices: Floats, index: Index, weights: Floats) -> Floats:
        """Gradient of Σ weights · rate, shape (n,)."""
        flow = weights * self.rates(prices, index)
        given = flow * self._cross
        felt = 1.0 - np.tanh(self.coordinate(prices) / SATURATION) ** 2
        received = felt * (given @ self._members.T @ self._members - given)
        change: Floats = (received - (self._elasticity + index.slope) * flow) / prices
        return change
