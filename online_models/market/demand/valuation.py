"""Each visitor has a valuation and buys when the price is below it."""

from __future__ import annotations

import numpy as np
from scipy import special

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.demand.curve import RIVAL_SHARE
from online_models.market.index import Index

#: Spread (log) of the visitors' valuations; the elasticity then rises steeply with the price.
VALUATION_SPREAD = 0.6
_ROOT_TWO_PI = float(np.sqrt(2.0 * np.pi))


class Valuation:
    """rate = visitors · P(log valuation > x), valuations lognormal, x = log(p / p₀).

    P = Φ(−(x − m)/s). The medians m are solved (Newton) so that the elasticity at the first
    price, φ(z) / (s Φ(−z)) with z = −m/s, is the assortment's.
    """

    separable = True

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._first = assortment.first_price.astype(np.float64)
        self._rival = RIVAL_SHARE * assortment.elasticity
        target = VALUATION_SPREAD * assortment.elasticity
        z = np.zeros(len(assortment))
        for _ in range(60):
            hazard = np.exp(-0.5 * z * z - special.log_ndtr(-z)) / _ROOT_TWO_PI
            z = z - (hazard - target) / (hazard * (hazard - z))
        self._shift = z
        self._visitors = assortment.base / special.ndtr(-z)

    def coordinate(self, prices: Floats) -> Floats:
        """log(p / p₀)."""
        return np.log(prices / self._first)

    def rates(self, prices: Floats, index: Index) -> Floats:
        """Expected units a day, shape of `prices`."""
        x = self.coordinate(prices)
        level = np.exp(index.traffic + index.taste + self._rival * index.rival - index.slope * x)
        bought: Floats = special.ndtr(-(x / VALUATION_SPREAD + self._shift))
        sold: Floats = self._visitors * level * bought
        return sold

    def pullback(self, prices: Floats, index: Index, weights: Floats) -> Floats:
        """Gradient of Σ weights · rate, shape (n,)."""
        z = self.coordinate(prices) / VALUATION_SPREAD + self._shift
        hazard = np.exp(-0.5 * z * z - special.log_ndtr(-z)) / (_ROOT_TWO_PI * VALUATION_SPREAD)
        change: Floats = -weights * self.rates(prices, index) * (hazard + index.slope) / prices
        return change
