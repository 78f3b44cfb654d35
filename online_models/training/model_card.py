"""A model card: what a version is, what it was trained on, how it did, and what it is not for.

References: Mitchell et al., "Model cards for model reporting", FAT* 2019.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.values.instants import to_text


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The facts of one version; instants in ms, metrics by model name."""

    version: str
    network: Mapping[str, Any]
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
        hyper = ", ".join(f"{k} = {v}" for k, v in sorted(self.network["hyper"].items()))
        best = self.holdout[self.version]
        return f"""# Model card: demand {self.version}

A {self.network["name"]} ({hyper}) that forecasts the units of every offer's next bucket as a
negative-binomial distribution, given price, promotion, competitor price and the past. Its expected
units never rise with the own price, by construction.

- Trained on {self.rows} buckets of {self.offers} offers from {to_text(self.trained_from)} to
  {to_text(self.trained_through)}, in {self.seconds:.0f} s; at {to_text(self.trained_at)}.
- On the time held out from the search: {against_naive(best["mase"])}.

## On the held-out time
{_table(self.holdout)}

## In the search (time-series cross-validation)
{_table(self.search)}

## Limits
- Price effects are associations within the merchant's own price history; where prices followed
  expected demand they are confounded. Decisions use the online model's elasticities.
- Trained on the buckets above; other bucket lengths are not forecast.
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
