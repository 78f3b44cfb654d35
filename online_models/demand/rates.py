"""What the hierarchical filter knows of log rates, and a prediction that can be learnt from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.demand.forecast import Forecast

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Posterior:
    """Pooled posterior of n rows: (COEFFICIENTS, n), and packed (PACKED, n)."""

    mean: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True)
class RatePrediction:
    """What a period was predicted from, n rows."""

    #: Expected units and their negative-binomial size; the variance of the rate is part of it.
    mean: Floats
    size: Floats
    #: 1 / size of the units given their rate.
    scatter: Floats
    #: Variance of the log rate, and the regressors behind it.
    variance: Floats
    regressors: tuple[Floats | float, ...]
    posterior: Posterior

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Every offer is covered, cold ones from their category."""
        return np.ones(len(self.mean), np.bool_)

    def forecast(self) -> Forecast:
        """One negative binomial per row."""
        return Forecast.single(self.mean, self.size)
