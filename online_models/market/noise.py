"""Counting noise: Poisson or negative binomial sales, and what of them a stock can serve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from online_models.market.arrays import Floats, Ints


@dataclass(frozen=True)
class Counts:
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
