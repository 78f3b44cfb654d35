"""Demand curves without a choice between offers, and what every curve has to say."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy import special

from online_models.market.assortment import Assortment
from online_models.market.demand.index import DemandIndex
from online_models.numerics.arrays import Floats

#: Elasticity to the lowest competitor price, as a share of the own-price elasticity.
COMPETITOR_SHARE = 0.3


class DemandCurve(Protocol):
    """Expected units a day of all offers at once.

    separable: the rate of an offer depends on no other offer's price.
    """

    separable: bool

    def __init__(self, assortment: Assortment, seed: int, /) -> None: ...

    def coordinate(self, prices: Floats) -> Floats:
        """The price scale that `DemandIndex.slope` multiplies; 0 at the first price."""
        ...

    def rates(self, prices: Floats, index: DemandIndex) -> Floats:
        """Expected units a day at `prices` (minor units), both of shape (…, n)."""
        ...

    def pullback(self, prices: Floats, index: DemandIndex, weights: Floats) -> Floats:
        """Σ_j weights_j · ∂rate_j / ∂price_i, all of shape (n,)."""
        ...


class LogLinear:
    """log rate = log base + traffic + taste + κ competitor − (ε + slope) log(p / p₀).

    The unconstrained optimum is closed: p* = (cost / kept) ε / (ε − 1) for ε > 1.
    """

    separable = True

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._first = assortment.first_price.astype(np.float64)
        self._log_base = np.log(assortment.base)
        self._elasticity = assortment.elasticity
        self._competitor = COMPETITOR_SHARE * assortment.elasticity

    def coordinate(self, prices: Floats) -> Floats:
        """log(p / p₀)."""
        return np.log(prices / self._first)

    def rates(self, prices: Floats, index: DemandIndex) -> Floats:
        """Expected units a day, shape of `prices`."""
        level = self._log_base + index.traffic + index.taste + self._competitor * index.competitor
        return np.exp(level - (self._elasticity + index.slope) * self.coordinate(prices))

    def pullback(self, prices: Floats, index: DemandIndex, weights: Floats) -> Floats:
        """Gradient of Σ weights · rate, shape (n,)."""
        slope = -(self._elasticity + index.slope) / prices
        return weights * self.rates(prices, index) * slope


#: Curvature k: 1 is linear demand, ∞ exponential. At 3 the choke price is 1 + 3/ε first prices.
CURVATURE = 3.0


class Choke:
    """rate = base · max(0, 1 − ε y / k)^k · exp(traffic + taste + κ competitor − slope y), with
    y = p/p₀ − 1.

    At the first price its elasticity is ε, as everywhere; above it demand dies faster than a
    constant elasticity says, below it saturates (log-concave demand).
    """

    separable = True

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._first = assortment.first_price.astype(np.float64)
        self._base = assortment.base
        self._elasticity = assortment.elasticity
        self._competitor = COMPETITOR_SHARE * assortment.elasticity

    def coordinate(self, prices: Floats) -> Floats:
        """p / p₀ − 1."""
        return prices / self._first - 1.0

    def rates(self, prices: Floats, index: DemandIndex) -> Floats:
        """Expected units a day, shape of `prices`."""
        return self._level(prices, index) * self._left(prices) ** CURVATURE

    def pullback(self, prices: Floats, index: DemandIndex, weights: Floats) -> Floats:
        """Gradient of Σ weights · rate, shape (n,); 0 past the choke price."""
        left = self._left(prices)
        falling = self._elasticity * left ** (CURVATURE - 1.0) + index.slope * left**CURVATURE
        return -weights * self._level(prices, index) * falling / self._first

    def _left(self, prices: Floats) -> Floats:
        return np.maximum(0.0, 1.0 - self._elasticity * self.coordinate(prices) / CURVATURE)

    def _level(self, prices: Floats, index: DemandIndex) -> Floats:
        taste = (
            index.taste
            + self._competitor * index.competitor
            - index.slope * self.coordinate(prices)
        )
        return self._base * np.exp(index.traffic + taste)


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
        self._competitor = COMPETITOR_SHARE * assortment.elasticity
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

    def rates(self, prices: Floats, index: DemandIndex) -> Floats:
        """Expected units a day, shape of `prices`."""
        x = self.coordinate(prices)
        level = np.exp(
            index.traffic + index.taste + self._competitor * index.competitor - index.slope * x
        )
        bought: Floats = special.ndtr(-(x / VALUATION_SPREAD + self._shift))
        sold: Floats = self._visitors * level * bought
        return sold

    def pullback(self, prices: Floats, index: DemandIndex, weights: Floats) -> Floats:
        """Gradient of Σ weights · rate, shape (n,)."""
        z = self.coordinate(prices) / VALUATION_SPREAD + self._shift
        hazard = np.exp(-0.5 * z * z - special.log_ndtr(-z)) / (_ROOT_TWO_PI * VALUATION_SPREAD)
        change: Floats = -weights * self.rates(prices, index) * (hazard + index.slope) / prices
        return change


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
        self._competitor = COMPETITOR_SHARE * assortment.elasticity
        members = np.equal.outer(np.arange(len(assortment.categories)), assortment.category)
        self._members = members.astype(np.float64)
        others = np.maximum(self._members.sum(axis=1)[assortment.category] - 1.0, 1.0)
        self._cross = CROSS_SHARE * assortment.elasticity / others

    def coordinate(self, prices: Floats) -> Floats:
        """log(p / p₀)."""
        return np.log(prices / self._first)

    def rates(self, prices: Floats, index: DemandIndex) -> Floats:
        """Expected units a day, shape of `prices`."""
        x = self.coordinate(prices)
        felt = SATURATION * np.tanh(x / SATURATION)
        others = felt @ self._members.T @ self._members - felt
        level = self._log_base + index.traffic + index.taste + self._competitor * index.competitor
        rates: Floats = np.exp(level - (self._elasticity + index.slope) * x + self._cross * others)
        return rates

    def pullback(self, prices: Floats, index: DemandIndex, weights: Floats) -> Floats:
        """Gradient of Σ weights · rate, shape (n,)."""
        flow = weights * self.rates(prices, index)
        given = flow * self._cross
        felt = 1.0 - np.tanh(self.coordinate(prices) / SATURATION) ** 2
        received = felt * (given @ self._members.T @ self._members - given)
        change: Floats = (received - (self._elasticity + index.slope) * flow) / prices
        return change
