"""Demand with a choke price: nobody buys past it."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.demand.curve import RIVAL_SHARE
from online_models.market.index import Index

#: Curvature k: 1 is linear demand, ∞ exponential. At 3 the choke price is 1 + 3/ε first prices.
CURVATURE = 3.0


class Choke:
    """rate = base · max(0, 1 − ε y / k)^k · exp(traffic + taste + κ rival − slope y), y = p/p₀ − 1.

    At the first price its elasticity is ε, as everywhere; above it demand dies faster than a
    constant elasticity says, below it saturates (log-concave demand).
    """

    separable = True

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._first = assortment.first_price.astype(np.float64)
        self._base = assortment.base
        self._elasticity = assortment.elasticity
        self._rival = RIVAL_SHARE * assortment.elasticity

    def coordinate(self, prices: Floats) -> Floats:
        """p / p₀ − 1."""
        return prices / self._first - 1.0

    def rates(self, prices: Floats, index: Index) -> Floats:
        """Expected units a day, shape of `prices`."""
        return self._level(prices, index) * self._left(prices) ** CURVATURE

    def pullback(self, prices: Floats, index: Index, weights: Floats) -> Floats:
        """Gradient of Σ weights · rate, shape (n,); 0 past the choke price."""
        left = self._left(prices)
        falling = self._elasticity * left ** (CURVATURE - 1.0) + index.slope * left**CURVATURE
        return -weights * self._level(prices, index) * falling / self._first

    def _left(self, prices: Floats) -> Floats:
        return np.maximum(0.0, 1.0 - self._elasticity * self.coordinate(prices) / CURVATURE)

    def _level(self, prices: Floats, index: Index) -> Floats:
        taste = index.taste + self._rival * index.rival - index.slope * self.coordinate(prices)
        return self._base * np.exp(index.traffic + taste)
