"""The running level: no features, no training; what every model must beat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from online_models.demand.forecast import Forecast
from online_models.demand.networks.inputs import Inputs
from online_models.training.dataset import Dataset


@dataclass(slots=True)
class RunningLevel:
    """Discounted average units, with one negative-binomial size for all."""

    size: float = 1.5

    def fit(self, data: Dataset) -> Self:
        """Fit the size by moments."""
        mean = np.exp(data.inputs.offset)
        excess = np.square(np.minimum(data.units, 20.0 * (mean + 1.0)) - mean) - mean
        self.size = float(np.clip(np.square(mean).sum() / max(excess.sum(), 1e-9), 0.05, 400.0))
        return self

    def predict(self, inputs: Inputs) -> Forecast:
        """Forecasts, n rows."""
        return Forecast.single(np.exp(inputs.offset), np.full(len(inputs), self.size))


def build(_hyper: dict[str, Any], _seed: int) -> RunningLevel:
    """Nothing to tune."""
    return RunningLevel()


SPACE: dict[str, tuple[Any, ...]] = {}
