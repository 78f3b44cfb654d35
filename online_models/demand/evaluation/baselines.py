"""What any demand model has to beat: last value, moving average, the same time last season."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.observations import DAY, Observations
from online_models.numerics.arrays import Floats

#: Windows of the moving average.
WINDOW = 28
#: Discount of the running estimate of each offer's dispersion.
FORGETTING = 0.98
#: A forecast of nothing still admits a sale now and then.
LEAST_MEAN = 0.02
#: Bounds of the negative binomial's size, from wild to Poisson.
SIZES = (0.05, 1e6)


def season(length: int) -> int:
    """Windows in a season: a week of days, a day of hours, a year of anything longer.

    >>> season(86_400_000), season(3_600_000), season(7 * 86_400_000)
    (7, 24, 52)
    """
    if length > DAY:
        return max(1, 365 * DAY // length)
    return 7 if length == DAY else max(1, DAY // length)


class Baseline:
    """Remembers the last windows of every offer and forecasts from them, row by row.

    `mean` turns the windows remembered, shape (n, memory), oldest first and NaN where there is
    none, into a mean, (n,), NaN where it has no opinion. The distribution around it is a negative
    binomial whose size follows the offer's own squared errors.
    """

    def __init__(self, memory: Callable[[int], int], mean: Callable[[Floats], Floats]) -> None:
        self._memory = memory
        self._mean = mean
        self._past: Floats = np.zeros((0, 0))
        self._square: Floats = np.zeros(0)
        self._level: Floats = np.zeros(0)

    def forecast(self, observations: Observations) -> UnitsForecast:
        """Forecast of each row's units."""
        self._grow(observations)
        mean = self._mean(self._past[observations.offer])
        size = self._size(observations)
        return UnitsForecast.single(np.maximum(mean, LEAST_MEAN), size)

    def learn(self, observations: Observations) -> None:
        """Remember one window's units."""
        self._grow(observations)
        rows, units = observations.offer, np.maximum(observations.units, 0.0)
        mean = self._mean(self._past[rows])
        error = np.where(np.isnan(mean), 0.0, units - mean)
        self._square[rows] = FORGETTING * self._square[rows] + error * error
        self._level[rows] = FORGETTING * self._level[rows] + np.where(np.isnan(mean), 0.0, mean)
        self._past[rows, :-1] = self._past[rows, 1:]
        self._past[rows, -1] = units

    def _size(self, observations: Observations) -> Floats:
        """Method of moments: variance = mean + mean² / size."""
        rows = observations.offer
        weight = np.maximum(self._level[rows], LEAST_MEAN)
        mean = np.maximum(self._mean(self._past[rows]), LEAST_MEAN)
        relative = self._square[rows] / weight
        excess = np.maximum(relative - 1.0, 1e-6)
        size: Floats = np.clip(np.where(np.isnan(mean), 1.0, mean) / excess, *SIZES)
        return size

    def _grow(self, observations: Observations) -> None:
        if not len(observations):
            return
        length = int(observations.end[0] - observations.start[0])
        memory = self._memory(length)
        rows = int(observations.offer.max()) + 1
        if rows > len(self._past):
            past = np.full((rows, memory), np.nan)
            past[: len(self._past)] = self._past if len(self._past) else np.nan
            self._past = past
            self._square = np.resize(np.append(self._square, np.zeros(rows)), rows)
            self._level = np.resize(np.append(self._level, np.zeros(rows)), rows)


def _last(past: Floats) -> Floats:
    mean: Floats = past[:, -1]
    return mean


def _average(past: Floats) -> Floats:
    known = ~np.isnan(past)
    number = np.count_nonzero(known, axis=1)
    total = np.where(known, past, 0.0).sum(axis=1)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


def _same_time(past: Floats) -> Floats:
    mean: Floats = past[:, 0]
    return mean


#: Name → builder; a new baseline is one line.
BASELINES: dict[str, Callable[[], Baseline]] = {
    "last value": lambda: Baseline(lambda _: 1, _last),
    "moving average": lambda: Baseline(lambda _: WINDOW, _average),
    "seasonal naive": lambda: Baseline(season, _same_time),
}
