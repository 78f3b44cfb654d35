"""The usual size of a number per row, and how far from it is too far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.numerics.special import exp, log

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

#: Logarithms are counted in 1/1024: integer sums are exact in whatever order they are taken.
UNIT = 1024.0
#: Nothing is far off within this factor of the usual, however narrow the past.
LEAST_FACTOR = 20.0
#: Nor within so many standard deviations of its logarithm.
DEVIATIONS = 6.0
#: Sightings remembered: the older ones fade as new ones come.
MEMORY = 200.0
#: Standard deviation of the logarithm before evidence (1, 2 or 3 pieces an order), and the
#: sightings that it is worth.
PRIOR_DEVIATION = 0.5
PRIOR_WEIGHT = 4.0
#: Farther from zero than any logarithm of an int64: no bound.
UNBOUNDED = 1 << 20


class LogScale(Columns):
    """Discounted mean and variance of the logarithm of positive integers, one row per offer.

    A value is judged by the bounds of the last tick, and counts at the bound where it is beyond:
    one wild value hardly moves them, but what recurs (a tenth of the orders, say) becomes usual.
    """

    #: Discounted number of sightings; mean and variance of their logarithms, bounded.
    weight: Floats = column(np.float64, 0.0)
    mean: Floats = column(np.float64, 0.0)
    variance: Floats = column(np.float64, 0.0)
    #: Logarithm of the usual size; bounds, in 1/1024.
    usual: Floats = column(np.float64, 0.0)
    low: Ints = column(np.int64, -UNBOUNDED)
    high: Ints = column(np.int64, UNBOUNDED)
    #: Sightings since the last tick: how many, their logarithms and squares, in 1/1024.
    fresh: Ints = column(np.int64, 0)
    sums: Ints = column(np.int64, 0)
    squares: Ints = column(np.int64, 0)

    def far(self, rows: Ints, values: Ints, count: bool = True) -> NDArray[np.bool_]:
        """Which values are beyond the bounds of their row, (n,); they `count` from the next tick.

        Values below 1 are taken for 1.
        """
        logs = np.rint(log(np.maximum(values, 1).astype(np.float64)) * UNIT).astype(np.int64)
        bounded = np.minimum(np.maximum(logs, self.low[rows]), self.high[rows])
        if count:
            np.add.at(self.fresh, rows, 1)
            np.add.at(self.sums, rows, bounded)
            np.add.at(self.squares, rows, bounded * bounded)
        far: NDArray[np.bool_] = bounded != logs
        return far

    def usual_size(self, rows: Ints) -> Ints:
        """The usual value, at least 1, (n,)."""
        return np.maximum(np.rint(exp(self.usual[rows])), 1.0).astype(np.int64)

    def merge(self) -> Ints:
        """Let the sightings since the last tick count; returns the rows that had any, ascending."""
        rows = np.flatnonzero(self.fresh)
        number = self.fresh[rows].astype(np.float64)
        mean = self.sums[rows] / UNIT / number
        variance = np.maximum(self.squares[rows] / (UNIT * UNIT) / number - mean * mean, 0.0)
        old = self.weight[rows] * np.minimum(MEMORY / (self.weight[rows] + number), 1.0)
        share = number / (old + number)
        gap = mean - self.mean[rows]
        self.variance[rows] += share * (variance - self.variance[rows] + (1.0 - share) * gap * gap)
        self.mean[rows] += share * gap
        self.weight[rows] = np.minimum(old + number, MEMORY)
        self.fresh[rows] = self.sums[rows] = self.squares[rows] = 0
        return rows

    def bound(self, rows: Ints, prior: Floats | float, deviation: float) -> None:
        """Renew the bounds of `rows`, whose own means are N(prior, deviation²) beforehand."""
        weight = self.weight[rows]
        scatter = PRIOR_WEIGHT * PRIOR_DEVIATION * PRIOR_DEVIATION + weight * self.variance[rows]
        scatter = scatter / (PRIOR_WEIGHT + weight)
        precision = 1.0 / (deviation * deviation)
        uncertainty = 1.0 / (precision + weight / scatter)
        usual = uncertainty * (precision * prior + weight / scatter * self.mean[rows])
        width = np.maximum(LOG_FACTOR, DEVIATIONS * np.sqrt(scatter + uncertainty))
        self.usual[rows] = usual
        self.low[rows] = np.floor((usual - width) * UNIT).astype(np.int64)
        self.high[rows] = np.ceil((usual + width) * UNIT).astype(np.int64)


LOG_FACTOR = float(log(LEAST_FACTOR))
