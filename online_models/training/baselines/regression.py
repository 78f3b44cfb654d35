"""What the baselines share: inputs as a table, and units as a ratio to the running level."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from online_models.demand.forecast import Forecast
from online_models.demand.networks.inputs import Inputs
from online_models.demand.networks.levels import SURPRISE
from online_models.training.dataset import Dataset

Floats = NDArray[np.float64]

#: Least expected units of a bucket.
LEAST = 1e-4


class Estimator(Protocol):
    """What scikit-learn's regressors offer."""

    def fit(self, table: Floats, target: Floats, sample_weight: Floats) -> Any:
        """Learn `target` (n,) from `table` (n, k)."""

    def predict(self, table: Floats) -> Floats:
        """Expected targets, (n,)."""


def table(inputs: Inputs) -> Floats:
    """Every input but the codes of item and category, shape (n, k)."""
    n = len(inputs)
    parts = (inputs.offset[:, None], inputs.price, inputs.static, inputs.window.reshape(n, -1))
    return np.concatenate(parts, axis=1, dtype=np.float64)


def price_table(inputs: Inputs) -> Floats:
    """The deviation of the own price from its reference alone, shape (n, 1)."""
    return inputs.price[:, :1].astype(np.float64)


@dataclass(slots=True)
class Regression:
    """A scikit-learn regressor of units over their running level, as a count forecast.

    Rows weigh as much as their level: so the error that is minimised is that of units. The size of
    the negative binomial is fitted to the residuals by moments.
    """

    estimator: Estimator
    columns: Any = field(default=table)
    size: float = 1.0

    def fit(self, data: Dataset) -> Self:
        """Learn from all rows."""
        level = np.exp(data.inputs.offset)
        units = np.minimum(data.units, SURPRISE * (level + 1.0))
        # a mean of 1: a forest draws as many rows as its share of the weights' sum says
        weight = level / level.mean()
        self.estimator.fit(self.columns(data.inputs), units / level, sample_weight=weight)
        mean = self._mean(data.inputs)
        excess = np.square(units - mean) - mean
        self.size = float(np.clip(np.square(mean).sum() / max(excess.sum(), 1e-9), 0.05, 400.0))
        return self

    def predict(self, inputs: Inputs) -> Forecast:
        """Forecasts, n rows."""
        mean = self._mean(inputs)
        return Forecast.single(mean, np.full(len(mean), self.size))

    def _mean(self, inputs: Inputs) -> Floats:
        ratio = np.asarray(self.estimator.predict(self.columns(inputs)), np.float64)
        return np.maximum(ratio, 0.0) * np.exp(inputs.offset) + LEAST
