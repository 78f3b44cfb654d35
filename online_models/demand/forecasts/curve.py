"""The curve through the points of one forecast: log units a day by log price.

log E[units a day | p] = rate + slope · x + ½ bend · x², x = log p − centre. Demand falls in its own
price: points that say otherwise, or that lie too close together to say anything, make no response,
and only the level of such a forecast is used.

Reference: weighted least squares on orthogonal polynomials, Forsythe, J. SIAM 5 (1957).
"""

from __future__ import annotations

from math import nan
from typing import NamedTuple

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.numerics.compiled import compiled
from online_models.numerics.elementary import log_one

#: Fewer units a day than this are none: their logarithm would outweigh all other points.
LEAST_UNITS = 1e-3
#: Log price between the lowest and the highest point that a response needs.
LEAST_REACH = 0.04
#: A response is an elasticity between these two, at every price between the points.
FLATTEST, STEEPEST = -0.05, -15.0
#: Sizes of the negative binomial that a stated spread may come to.
LEAST_SIZE, POISSON = 0.1, 1e9


class LocalCurve(NamedTuple):
    """`centre`, `low` and `high` are log prices in minor units, of the points' mean, the lowest and
    the highest; `slope` is NaN where there is no response, `dispersion` (the size of a negative
    binomial) where no spread is known.
    """

    centre: float
    low: float
    high: float
    rate: float
    slope: float
    bend: float
    dispersion: float


@compiled
def fitted(price: Floats, units: Floats, spread: Floats, days: float) -> LocalCurve:
    """The curve of k points: prices (minor units, > 0), units of a window of so many `days`, and
    their standard deviations (NaN: not known), (k,) each.
    """
    k = price.size
    x, y, weight = np.empty(k), np.empty(k), np.empty(k)
    most = LEAST_UNITS
    for i in range(k):
        x[i] = log_one(price[i])
        y[i] = log_one(max(units[i] / days, LEAST_UNITS))
        most = max(most, units[i])
    whole, centre, low, high = 0.0, 0.0, x[0], x[0]
    for i in range(k):
        # the logarithm of few units is known least
        weight[i] = 0.05 + units[i] / most
        whole += weight[i]
        centre += weight[i] * x[i]
        low, high = min(low, x[i]), max(high, x[i])
    centre /= whole
    # 1, x and x² made orthogonal under the weights
    square, cube = 0.0, 0.0
    for i in range(k):
        x[i] -= centre
        square += weight[i] * x[i] * x[i]
        cube += weight[i] * x[i] * x[i] * x[i]
    rate, slope, bend = 0.0, nan, 0.0
    for i in range(k):
        rate += weight[i] * y[i] / whole
    if high - low >= LEAST_REACH:
        slope, curved, left = 0.0, 0.0, 0.0
        for i in range(k):
            slope += weight[i] * x[i] * y[i] / square
        for i in range(k):
            third = x[i] * x[i] - cube / square * x[i] - square / whole
            left += weight[i] * third * third
            curved += weight[i] * third * y[i]
        if left > 1e-6 * square * square / whole:
            curved /= left
            bend = 2.0 * curved
            rate -= curved * square / whole
            slope -= curved * cube / square
        if slope > FLATTEST:
            slope, bend = nan, 0.0
        else:
            slope = max(slope, STEEPEST)
            most_bent = min(FLATTEST - slope, slope - STEEPEST) / max(high - centre, centre - low)
            bend = min(max(bend, -most_bent), most_bent)
    return LocalCurve(centre, low, high, rate, slope, bend, _size(units, spread))


@compiled
def _size(units: Floats, spread: Floats) -> float:
    """Size of the negative binomial with the points' mean variance beyond a Poisson's."""
    excess, square = 0.0, 0.0
    for i in range(units.size):
        if spread[i] == spread[i] and units[i] > 0.0:
            excess += spread[i] * spread[i] - units[i]
            square += units[i] * units[i]
    if square == 0.0:
        return nan
    return min(max(square / max(excess, square / POISSON), LEAST_SIZE), POISSON)
