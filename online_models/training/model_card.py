"""A model card: what a version is, what it was trained on, how it did, and what it is not for.

References: Mitchell et al., "Model cards for model reporting", FAT* 2019.

References: Hyndman, Koehler, "Another look at measures of forecast accuracy", IJF 22 (2006).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.numerics.arrays import Floats
from schemas.values.instants import to_text

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


def measure(forecast: UnitsForecast, units: Floats, naive: Floats) -> ForecastMetrics:
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


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The facts of one version; instants in ms, metrics by model name."""

    version: str
    #: Name, sizes of the inputs and hyper-parameters.
    model: Mapping[str, Any]
    trained_at: int
    trained_from: int
    trained_through: int
    rows: int
    offers: int
    seconds: float
    #: Mean measures over the folds of the search, by trial; and on time held out from it, by model.
    search: Mapping[str, Mapping[str, float]]
    holdout: Mapping[str, Mapping[str, float]]

    def text(self) -> str:
        """The card as Markdown."""
        hyper = ", ".join(f"{k} = {v}" for k, v in sorted(self.model["hyper"].items()))
        best = self.holdout[self.version]
        return f"""# Model card: demand {self.version}

A {self.model["name"]}{f" ({hyper})" if hyper else ""} that forecasts the units of every offer's
next window as a negative-binomial distribution, given price, promotion, competitor price and the
past. Of networks and trees the expected units never rise with the own price, by construction.

- Trained on {self.rows} windows of {self.offers} offers from {to_text(self.trained_from)} to
  {to_text(self.trained_through)}, in {self.seconds:.0f} s; at {to_text(self.trained_at)}.
- On the time held out from the search: {against_naive(best["mase"])}.

## On the held-out time
{_table(self.holdout)}

## In the search (time-series cross-validation)
{_table(self.search)}

## Limits
- Price effects are associations within the merchant's own price history; where prices followed
  expected demand they are confounded. The pricer believes its price response as far as prices that
  moved since have borne it out.
- Trained on the windows above; other window lengths are not forecast.
- Offers are hashed: rare collisions share an embedding row.
"""


def against_naive(mase: float) -> str:
    """How the mean absolute error does against that of the seasonal-naive forecast, in words.

    >>> against_naive(0.625)
    'MASE 0.625 (38 % below seasonal naive)'
    """
    if mase != mase:
        return "no MASE (the seasonal-naive forecast has no past there, or made no error)"
    return f"MASE {mase:.3f} ({100 * (1 - mase):.0f} % below seasonal naive)"


def _table(measures: Mapping[str, Mapping[str, float]]) -> str:
    names = ("mase", "wape", "mae", "mse", "pinball", "log_loss", "bias")
    rows = [
        f"| {label} | " + " | ".join(f"{values[name]:.4g}" for name in names) + " |"
        for label, values in sorted(measures.items(), key=lambda item: item[1]["log_loss"])
    ]
    return "\n".join([f"| model | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|", *rows])
