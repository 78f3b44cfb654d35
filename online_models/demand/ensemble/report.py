"""What one call of `learn` tells: forecasts made before learning, and what was noticed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from online_models.demand.ensemble.experts import Prediction
from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.observations import Observations
from online_models.numerics.arrays import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class WindowReport:
    """One window of a `learn`: its rows, what each expert said, their weights, and by how much the
    variance of the pool of them was off until then.
    """

    rows: Ints
    predictions: Mapping[str, Prediction]
    weights: Floats
    scale: Floats
    skipped: Flags
    drifted: Flags

    def pool(self) -> UnitsForecast:
        """The experts' forecasts by their weights."""
        return pool(self.predictions, self.weights)


class LearnReport:
    """Prequential record of one `learn`; arrays follow the rows of the observations given.

    Forecasts are from what was known before each window, its own price, promotion and competitors
    included. They are put together when asked for.
    """

    def __init__(
        self, observations: Observations, windows: list[WindowReport], experts: tuple[str, ...]
    ) -> None:
        n = len(observations)
        self.observations = observations
        self.experts = experts
        #: Weight of each expert in the mixture, (n, experts).
        self.weights: Floats = np.zeros((n, len(experts)))
        #: Expected units of the mixture, (n,).
        self.mean: Floats = np.zeros(n)
        #: Rows not learnt: no stock, or a channel's missing day.
        self.skipped: Flags = np.zeros(n, np.bool_)
        #: Rows whose offer's residuals raised a drift alarm at this window.
        self.drifted: Flags = np.zeros(n, np.bool_)
        self._windows = windows
        for window in windows:
            rows = window.rows
            self.weights[rows] = window.weights
            self.skipped[rows], self.drifted[rows] = window.skipped, window.drifted
            for e, name in enumerate(experts):
                # what nobody listens to need not be put together
                if not window.weights[:, e].any():
                    continue
                said = window.predictions[name].mean
                self.mean[rows] += (
                    np.where(window.weights[:, e] > 0.0, said, 0.0) * (window.weights[:, e])
                )

    def member(self, name: str) -> UnitsForecast:
        """Forecast of one expert; rows that it does not cover have NaN means and weight 0, so that
        no figure can be made of what it never said.
        """
        parts = []
        for window in self._windows:
            prediction = window.predictions[name]
            forecast, covered = prediction.forecast(), prediction.covered[:, None]
            means = np.where(covered, forecast.means, np.nan)
            said = UnitsForecast(means, forecast.sizes, forecast.weights * covered)
            parts.append((window.rows, said))
        return self._scattered(parts)

    @property
    def forecast(self) -> UnitsForecast:
        """Forecast of the mixture."""
        return self._scattered([(w.rows, w.pool().spread_by(w.scale)) for w in self._windows])

    def log_score(self) -> Floats:
        """Log probability of the units under the mixture, shape (n,)."""
        return self.forecast.log_score(self.observations.units)

    def pit(self) -> tuple[Floats, Floats]:
        """Ends of the probability integral transform, each (n,)."""
        return self.forecast.pit(self.observations.units)

    def interval(self, coverage: float = 0.9) -> tuple[Floats, Floats]:
        """Central interval of the forecast, units, each (n,)."""
        tail = 0.5 * (1.0 - coverage)
        forecast = self.forecast
        return forecast.quantile(tail), forecast.quantile(1.0 - tail)

    def _scattered(self, parts: list[tuple[Ints, UnitsForecast]]) -> UnitsForecast:
        n = len(self.observations)
        width = parts[0][1].means.shape[1] if parts else 1
        means, sizes = np.ones((n, width)), np.ones((n, width))
        weights = np.zeros((n, width))
        for rows, forecast in parts:
            means[rows], sizes[rows], weights[rows] = (
                forecast.means,
                forecast.sizes,
                forecast.weights,
            )
        return UnitsForecast(means, sizes, weights)


def pool(
    predictions: Mapping[str, Prediction], weights: Floats, rows: Ints | slice = slice(None)
) -> UnitsForecast:
    """The forecasts of experts by weights, (n, experts), or those of some rows."""
    said = [p.forecast().take(rows) for p in predictions.values()]
    return UnitsForecast.mixed(said, weights[rows])
