"""A model that publishes forecasts, as a member of the mixture of experts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand.forecast import CoveredForecast, UnitsForecast
from online_models.demand.forecasts.curve import LEAST_SIZE, POISSON
from online_models.demand.forecasts.seat import Curves, ModelForecasts
from online_models.demand.inputs.observations import WindowRows
from online_models.numerics.arrays import Floats
from online_models.numerics.special import exp, total
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved, attribute

#: A forecast without a spread scatters as the model's errors have, relative to the mean; before any
#: was seen by this (a size of 2), and one error counts as no more than that many times its square.
FIRST_SCATTER, MOST_SCATTER = 0.5, 25.0
#: Windows that what was thought first counts for, and the memory per window later on.
FIRST_WINDOWS, SCATTER_MEMORY = 4.0, 0.98
#: No window's mean is below, whatever was forecast.
LEAST_MEAN = 1e-3
LARGEST_LOG = 30.0


@dataclass(frozen=True, slots=True)
class PublishedForecast(CoveredForecast):
    """What was published of a window, at its own prices; `curves` are of its rows."""

    curves: Curves


class Member:
    """Predicts what the model in its seat has published in time, and learns nothing of it but how
    widely its errors scatter.
    """

    SAVED = Saved(seat=Part(), scatter=float, windows=attribute("windows", float, optional=True))

    def __init__(self) -> None:
        self.seat = ModelForecasts()
        #: Mean square of its relative errors beyond what a Poisson leaves.
        self.scatter = FIRST_SCATTER
        #: Windows that were judged.
        self.windows = 0.0

    def grow(self, offers: int, categories: int, channels: int) -> None:
        """Nothing: room is made as forecasts come."""

    def predict(self, window: WindowRows) -> PublishedForecast:
        """What was published of the window before a good part of it was over."""
        seen = window.seen
        curves = self.seat.said_of(seen.offer, seen.start, seen.end)
        price = seen.log_price
        covered = curves.found & (price == price)
        log_rate = curves.log_rate(np.where(covered, price, 0.0))
        mean = exp(np.minimum(np.where(covered, log_rate, 0.0), LARGEST_LOG)) * seen.days
        stated = curves.dispersion
        size = np.where(stated == stated, stated, 1.0 / self.scatter)
        size = np.minimum(np.maximum(size, LEAST_SIZE), POISSON)
        return PublishedForecast(
            UnitsForecast.single(np.maximum(mean, LEAST_MEAN), size), covered, curves
        )

    def learn(self, window: WindowRows, prediction: PublishedForecast) -> Floats:
        """The prediction's log score, (n,), 0 where there was none."""
        units, mean = np.maximum(window.seen.units, 0.0), prediction.mean
        score = prediction.predicted.log_score(units)
        rows = prediction.covered & (mean > LEAST_MEAN)
        if rows.any():
            excess = (units[rows] - mean[rows]) ** 2 - mean[rows]
            bounded = np.minimum(excess / (mean[rows] * mean[rows]), MOST_SCATTER)
            weight = mean[rows] / (1.0 + mean[rows])
            found = total(weight * bounded) / total(weight)
            self.windows += 1.0
            step = max(1.0 / (FIRST_WINDOWS + self.windows), 1.0 - window.kept(SCATTER_MEMORY))
            self.scatter = max(self.scatter + step * (found - self.scatter), 1e-3)
        return np.where(prediction.covered, score, 0.0)
