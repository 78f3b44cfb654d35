"""A forecast: the predictive distribution of the units of one bucket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.demand import negative_binomial
from online_models.exact_math import exp

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Negative binomial forecasts, n rows.

    >>> import numpy as np
    >>> forecast = Forecast(np.array([4.0]), np.array([1e9]))
    >>> forecast.quantile(0.05).tolist(), forecast.quantile(0.95).tolist()
    ([1.0], [8.0])
    """

    #: Expected units in the bucket.
    mean: Floats
    #: Negative-binomial size: variance = mean + mean² / size.
    size: Floats

    def quantile(self, p: float) -> Floats:
        """Smallest count reached with probability `p`, shape (n,)."""
        return negative_binomial.quantile(p, self.mean, self.size)

    def log_score(self, units: Floats) -> Floats:
        """Log probability of `units`, natural logarithm, shape (n,)."""
        return negative_binomial.log_probability(units, self.mean, self.size)

    def pit(self, units: Floats) -> tuple[Floats, Floats]:
        """(P(Y < units), P(Y ≤ units)): the probability integral transform lies between."""
        upper = negative_binomial.cdf(units, self.mean, self.size)
        probability = np.minimum(exp(self.log_score(units)), upper)
        return upper - probability, upper
