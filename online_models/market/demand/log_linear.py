"""Constant elasticity: the plain market."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.demand.curve import RIVAL_SHARE
from online_models.market.index import Index


class LogLinear:
    """log rate = log base + traffic + taste + κ rival − (ε + slope) log(p / p₀).

    The unconstrained optimum is closed: p* = (cost / kept) ε / (ε − 1) for ε > 1.
    """

    separable = True

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._first = assortment.first_price.astype(np.float64)
        self._log_base = np.log(assortment.base)
        self._elasticity = assortment.elasticity
        self._rival = RIVAL_SHARE * assortment.elasticity

    def coordinate(self, prices: Floats) -> Floats:
        """log(p / p₀)."""
        return np.log(prices / self._first)

    def rates(self, prices: Floats, index: Index) -> Floats:
        """Expected units a day, shape of `prices`."""
        level = self._log_base + index.traffic + index.taste + self._rival * index.rival
        return np.exp(level - (self._elasticity + index.slope) * self.coordinate(prices))

    def pullback(self, prices: Floats, index: Index, weights: Floats) -> Floats:
        """Gradient of Σ weights · rate, shape (n,)."""
        slope = -(self._elasticity + index.slope) / prices
        return weights * self.rates(prices, index) * slope
