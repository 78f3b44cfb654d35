"""Measures of a forecast's error; all over rows of equal weight.

References: Hyndman, Koehler, "Another look at measures of forecast accuracy", IJF 22 (2006).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

from online_models.demand.forecast import DemandForecast
from online_models.numerics.arrays import Floats

#: Quantiles whose pinball losses are averaged.
QUANTILES = (0.1, 0.5, 0.9)


@dataclass(frozen=True, slots=True)
class ForecastMetrics:
    """Of the mean (mse, bias), of the median (mae, wape, mase), and of the distribution."""

    rows: int
    mse: float
    mae: float
    #: Sum of absolute errors over the sum of units.
    wape: float
    #: Mean absolute error over the seasonal-naive forecast's, on the rows where that has a past.
    mase: float
    #: Mean pinball loss of the quantiles .1, .5, .9.
    pinball: float
    #: Mean negative log score, natural logarithm.
    log_loss: float
    #: Mean of forecast minus units.
    bias: float

    def document(self) -> dict[str, float]:
        """As JSON values."""
        return {name: float(value) for name, value in asdict(self).items()}


def measure(forecast: DemandForecast, units: Floats, naive: Floats) -> ForecastMetrics:
    """Measures of `forecast` against `units`, and against `naive` (NaN where it is unknown)."""
    quantiles = {q: forecast.quantile(q) for q in QUANTILES}
    error = np.abs(quantiles[0.5] - units)
    known = naive == naive
    naive_error = float(np.abs(naive[known] - units[known]).mean()) if known.any() else np.nan
    pinball = [np.maximum(q * (units - y), (q - 1.0) * (units - y)) for q, y in quantiles.items()]
    return ForecastMetrics(
        rows=len(units),
        mse=float(np.square(forecast.mean - units).mean()),
        mae=float(error.mean()),
        wape=float(error.sum() / max(units.sum(), 1e-12)),
        mase=float(error[known].mean() / naive_error) if naive_error > 0.0 else np.nan,
        pinball=float(np.mean(pinball)),
        log_loss=-float(forecast.log_score(units).mean()),
        bias=float((forecast.mean - units).mean()),
    )
