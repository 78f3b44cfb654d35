"""How wide the mixture's forecasts must be, so that their intervals hold what they say.

A pool of forecasts that are each right is too wide, and one that shares a surprise too narrow
(Gneiting and Ranjan, Electronic Journal of Statistics 7, 2013). What was sold, read as normal
deviates of the forecast, has a mean square of 1 where the width is right; where it is not, it is
what the variance is off by.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from online_models.demand.ensemble.experts import Prediction
from online_models.demand.ensemble.mixture import CLASSES, VELOCITIES
from online_models.demand.ensemble.report import pool
from online_models.demand.forecast import UnitsForecast
from online_models.demand.inputs.observations import WindowRows
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import exp, normal_quantile, sum_by, total
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved

#: The rows of a window share its surprise: they count as so many independent ones at most.
MOST_ROWS = 4.0
#: Rows of right width that a class, or all of them together, is thought to have seen.
PRIOR_ROWS = 8.0
#: Memory per window that is looked at: the first ones, then one in EVERY.
FORGETTING = 0.98
FIRST, EVERY = 100, 4
#: A deviate beyond two says no more than that; so bounded, the square of a normal one is that much
#: in the mean: 2 Φ(2) − 1 − 4 φ(2) + 8 Φ(−2).
LARGEST_SQUARE, MEAN_SQUARE = 4.0, 0.920538
#: Rows of a window that are looked at: one in so many of more.
SAMPLE = 256
NARROWEST, WIDEST = 0.1, 6.0
#: Two probabilities that are nearer to each other count as so far apart.
LEAST_APART = 1e-6
#: Φ(−2), beyond which a square is LARGEST_SQUARE; and 1 / √(2 π).
_TAIL, _DENSITY = 0.022750131948179195, 0.3989422804014327


class SpreadCalibration:
    """Discounted mean squares of deviates per velocity class; the last row pools all."""

    SAVED = Saved(
        rows=Array(np.float64, CLASSES + 1),
        squares=Array(np.float64, CLASSES + 1),
        windows=Array(np.int64, 1),
    )

    def __init__(self) -> None:
        self.windows = np.zeros(1, np.int64)
        self.rows: Floats = np.zeros(CLASSES + 1)
        self.squares: Floats = np.zeros(CLASSES + 1)

    def scale(self, mean: Floats) -> Floats:
        """What the variance of logs is to be multiplied by, (n,), by the lead expert's mean."""
        pooled = (PRIOR_ROWS + self.squares[CLASSES]) / (PRIOR_ROWS + self.rows[CLASSES])
        own = PRIOR_ROWS * pooled + self.squares[:CLASSES]
        found = np.clip(own / (PRIOR_ROWS + self.rows[:CLASSES]), NARROWEST, WIDEST)
        return np.asarray(found[np.searchsorted(VELOCITIES, mean)])

    def follow(
        self,
        window: WindowRows,
        predictions: Mapping[str, Prediction],
        weights: Floats,
        mean: Floats,
    ) -> None:
        """Take in a window, what each expert said of it, with weights (n, experts), and the lead
        expert's mean, (n,).
        """
        self.windows[0] += 1
        number = int(self.windows[0])
        if number > FIRST and number % EVERY:
            return
        some = sample(len(window))
        said, kept = pool(predictions, weights, some), window.kept(FORGETTING)
        self.learn(said, window.seen.units[some], mean[some], kept)

    def learn(self, forecast: UnitsForecast, units: Floats, mean: Floats, kept: float) -> None:
        """Take in the units of some rows of a window, (n,), and the forecast of them, unscaled;
        `kept` is what the window leaves of the past.
        """
        low, high = forecast.pit(units)
        square = mean_square(low, high) / MEAN_SQUARE
        # of units or forecasts that are no numbers there is nothing to learn
        sound = np.isfinite(square)
        square, velocity = square[sound], np.searchsorted(VELOCITIES, mean[sound])
        self.rows *= kept
        self.squares *= kept
        number = np.bincount(velocity, minlength=CLASSES).astype(np.float64)
        sums = sum_by(velocity, square, CLASSES)
        number, sums = np.append(number, total(number)), np.append(sums, total(sums))
        counted = np.minimum(number, MOST_ROWS)
        self.rows += counted
        self.squares += counted * sums / np.maximum(number, 1.0)


def mean_square(low: Floats, high: Floats) -> Floats:
    """Mean square, LARGEST_SQUARE at most each, of the normal deviates of what lies evenly between
    two probabilities, (n,) each: of a count that is as probable as they are apart. Its middle alone
    would say less, and the less, the fewer units sell.
    """
    apart = np.maximum(high - low, LEAST_APART)
    return np.asarray((_summed_square(low + apart) - _summed_square(low)) / apart)


def _summed_square(p: Floats) -> Floats:
    """∫ min(t², LARGEST_SQUARE) φ(t) dt up to the quantile of p, by parts: ∫ t² φ = Φ − t φ."""
    inside = np.minimum(np.maximum(p, _TAIL), 1.0 - _TAIL)
    z = normal_quantile(inside)
    beyond = LARGEST_SQUARE * (np.minimum(p, _TAIL) + np.maximum(p - (1.0 - _TAIL), 0.0))
    return np.asarray(inside - z * exp(-0.5 * z * z) * _DENSITY + beyond)


def sample(n: int) -> Ints:
    """The rows of a window of n that are looked at: at most SAMPLE, evenly."""
    return np.arange(0, n, max(-(-n // SAMPLE), 1))
