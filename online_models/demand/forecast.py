"""A forecast: the predictive distribution of the units of one window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand import negative_binomial
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.linear import row_largest
from online_models.numerics.special import exp, log, log1p

_BISECTIONS = 60


@dataclass(frozen=True, slots=True)
class UnitsForecast:
    """Mixtures of negative binomials, n rows of k components.

    >>> import numpy as np
    >>> forecast = UnitsForecast.single(np.array([4.0]), np.array([1e9]))
    >>> forecast.quantile(0.05).tolist(), forecast.quantile(0.95).tolist()
    ([1.0], [8.0])
    """

    #: Mean, size (variance = mean + mean² / size) and weight of each component, (n, k).
    means: Floats
    sizes: Floats
    weights: Floats

    @classmethod
    def single(cls, mean: Floats, size: Floats) -> UnitsForecast:
        """One negative binomial per row, from (n,) each."""
        return cls(mean[:, None], size[:, None], np.ones((len(mean), 1)))

    @classmethod
    def mixed(cls, forecasts: list[UnitsForecast], weights: Floats) -> UnitsForecast:
        """Linear opinion pool of e forecasts by weights (n, e)."""
        return cls(
            np.concatenate([f.means for f in forecasts], axis=1),
            np.concatenate([f.sizes for f in forecasts], axis=1),
            np.concatenate(
                [f.weights * weights[:, e, None] for e, f in enumerate(forecasts)], axis=1
            ),
        )

    def take(self, rows: Ints | slice) -> UnitsForecast:
        """Those of some rows."""
        return UnitsForecast(self.means[rows], self.sizes[rows], self.weights[rows])

    def spread_by(self, scale: Floats) -> UnitsForecast:
        """The forecast whose logs have `scale`, (n,), times the variance around the same centre, as
        far as counts can: the components move apart, and each is wider.
        """
        logs = log(self.means)
        centre = (_summed(self.weights * logs) / _summed(self.weights))[:, None]
        means = exp(centre + np.sqrt(scale)[:, None] * (logs - centre))
        return UnitsForecast(means, self.sizes / scale[:, None], self.weights)

    @property
    def mean(self) -> Floats:
        """Expected units, (n,)."""
        return _summed(self.weights * self.means)

    @property
    def size(self) -> Floats:
        """Size of the one negative binomial of the same mean and variance, (n,)."""
        mean = self.mean
        square = _summed(self.weights * self.means * self.means * (1.0 + 1.0 / self.sizes))
        return mean * mean / np.maximum(square - mean * mean, 1e-9 * mean * mean)

    def log_location(self) -> Floats:
        """Expected log of the units where there are any: the point forecast in logs, (n,)."""
        some = 1.0 - exp(-self.sizes * log1p(self.means / self.sizes))
        some = np.maximum(some, 1e-12)
        mean = self.means / some
        square = self.means * (1.0 + self.means * (1.0 + 1.0 / self.sizes)) / some
        # As for a lognormal of this mean and variance.
        centre = 2.0 * log(mean) - 0.5 * log(square)
        positive = self.weights * some
        return _summed(positive * centre) / _summed(positive)

    def log_score(self, units: Floats) -> Floats:
        """Log probability of `units`, natural logarithm, shape (n,)."""
        parts = negative_binomial.log_probability(units[:, None], self.means, self.sizes)
        best = row_largest(parts)
        whole = _summed(self.weights * exp(parts - best[:, None]))
        score: Floats = best + log(np.maximum(whole, 1e-300))
        return score

    def cdf(self, units: Floats) -> Floats:
        """P(Y ≤ units), shape (n,)."""
        parts = negative_binomial.cdf(units[:, None], self.means, self.sizes)
        return np.minimum(_summed(self.weights * parts), 1.0)

    def pit(self, units: Floats) -> tuple[Floats, Floats]:
        """(P(Y < units), P(Y ≤ units)): the probability integral transform lies between."""
        upper = self.cdf(units)
        return np.maximum(upper - exp(self.log_score(units)), 0.0), upper

    def quantile(self, p: float) -> Floats:
        """Smallest count reached with probability `p`, shape (n,)."""
        spread = np.max(
            self.means + 40.0 * np.sqrt(self.means * (1.0 + self.means / self.sizes)), 1
        )
        low: Floats = np.full(len(spread), -1.0)
        high: Floats = np.ceil(spread + 40.0)
        for _ in range(_BISECTIONS):
            middle = np.floor(0.5 * (low + high))
            reached = self.cdf(middle) >= p
            high = np.where(reached, middle, high)
            low = np.where(reached, low, middle)
            if (high - low <= 1.0).all():
                break
        return np.asarray(high, np.float64)


def _summed(parts: Floats) -> Floats:
    """Sum over the components in order, (n, k) → (n,)."""
    value = parts[:, 0].copy()
    for k in range(1, parts.shape[1]):
        value += parts[:, k]
    return value


@dataclass(frozen=True, slots=True)
class CoveredForecast:
    """What a model forecasts of a window's rows, and of which of them it knows anything, (n,)."""

    predicted: UnitsForecast
    covered: Flags

    @property
    def mean(self) -> Floats:
        """Expected units, (n,)."""
        return self.predicted.mean

    def forecast(self) -> UnitsForecast:
        """One negative binomial per row."""
        return self.predicted
