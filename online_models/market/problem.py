"""One day's pricing problem: expected units, expected profit and its gradient, exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from online_models.market.assortment import Assortment
from online_models.market.demand.curves import DemandCurve
from online_models.market.demand.index import DemandIndex
from online_models.numerics.arrays import Floats, Ints


@dataclass(frozen=True)
class SalesDistribution:
    """Sales given their rate.

    size: the negative binomial's size r (variance μ + μ²/r); None is Poisson.
    """

    size: float | None = None

    def draw(self, rates: Floats, rng: np.random.Generator) -> Ints:
        """Draw units, same shape as `rates`."""
        if self.size is None:
            return rng.poisson(rates)
        return rng.poisson(rates * rng.gamma(self.size, 1.0 / self.size, rates.shape))

    def served(self, rates: Floats, stock: Ints) -> Floats:
        """E[min(N, stock)], exactly.

        With F the distribution function, E[min(N, s)] = E[N; N < s] + s P(N ≥ s), and for the
        Poisson E[N; N < s] = μ F(s − 2); for the negative binomial it is μ times the distribution
        function at s − 2 of one with size r + 1 and the same success probability.
        """
        below = self._cdf(rates, stock - 2, extra=1.0)
        return rates * below + stock * (1.0 - self._cdf(rates, stock - 1, extra=0.0))

    def served_slope(self, rates: Floats, stock: Ints) -> Floats:
        """d E[min(N, stock)] / d rate: P(N < stock) for Poisson, the size-biased one else.

        For the Poisson d/dμ E[min(N, s)] = P(N < s). For the mixture N ~ Poisson(μ G), it is
        E[G; N < s], the distribution function at s − 1 of the one with size r + 1.
        """
        return self._cdf(rates, stock - 1, extra=1.0)

    def _cdf(self, rates: Floats, k: Ints, extra: float) -> Floats:
        inside = np.maximum(k, 0).astype(np.float64)
        if self.size is None:
            cdf = special.pdtr(inside, rates)
        else:
            success = self.size / (self.size + rates)
            cdf = special.betainc(self.size + extra, inside + 1.0, success)
        return np.asarray(np.where(k < 0, 0.0, cdf), dtype=np.float64)


#: Guardrails of clairvoyant and contender alike: never below cost, and at most this many first
#: prices, which is a reference band of 100 %.
HIGHEST = 2.0


def limits(assortment: Assortment) -> tuple[Ints, Ints]:
    """Lowest and highest legal price in minor units, shape (n,)."""
    low = np.maximum(np.ceil(assortment.cost / assortment.kept), 1.0)
    return low.astype(np.int64), np.floor(HIGHEST * assortment.first_price).astype(np.int64)


@dataclass(frozen=True)
class Problem:
    """The market of one day with its state given.

    on_hand, spoiling: units for sale and those of them that spoil tonight, shape (n,); None where
    nothing ever sells out.
    """

    assortment: Assortment
    demand: DemandCurve
    index: DemandIndex
    sales: SalesDistribution
    on_hand: Ints | None
    spoiling: Ints | None

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """The legal limits as floats, shape (n,)."""
        low, high = limits(self.assortment)
        return low.astype(np.float64), high.astype(np.float64)

    def rates(self, prices: Floats) -> Floats:
        """Expected units asked for, shape of `prices`."""
        return self.demand.rates(prices, self.index)

    def units(self, prices: Floats) -> Floats:
        """Expected units sold, shape of `prices`."""
        rates = self.rates(prices)
        return rates if self.on_hand is None else self.sales.served(rates, self.on_hand)

    def profits(self, prices: Floats) -> Floats:
        """Expected profit by offer in minor units, shape of `prices`.

        Units sold times (price net of tax and fee − cost), less the cost of what spoils tonight.
        """
        margins = self.assortment.margins(prices)
        rates = self.rates(prices)
        if self.on_hand is None or self.spoiling is None:
            return margins * rates
        sold = self.sales.served(rates, self.on_hand)
        wasted = self.spoiling - self.sales.served(rates, self.spoiling)
        return margins * sold - self.assortment.cost * wasted

    def gradient(self, prices: Floats) -> Floats:
        """Derivative of the total expected profit by each price, shape (n,)."""
        margins = self.assortment.margins(prices)
        rates = self.rates(prices)
        weights = margins
        sold = rates
        if self.on_hand is not None and self.spoiling is not None:
            sold = self.sales.served(rates, self.on_hand)
            weights = margins * self.sales.served_slope(rates, self.on_hand)
            spared = self.sales.served_slope(rates, self.spoiling)
            weights = weights + self.assortment.cost * spared
        return self.assortment.kept * sold + self.demand.pullback(prices, self.index, weights)
