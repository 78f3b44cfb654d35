"""Prices of a used thing as shares of its value: to keep a promise, or on a path to a date."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.numerics.special import log
from online_models.second_hand.features import FeatureRow
from online_models.second_hand.sale import SaleModel
from online_models.shop.catalogue import PPM

#: Shares of the value that are tried, parts per million: what is asked for most things.
LOWEST, HIGHEST, STEP = 600_000, 1_400_000, 5_000
RATIOS = np.arange(LOWEST, HIGHEST + STEP, STEP)
_LOG_RATIOS = log(RATIOS / PPM)
#: Prices of a path until a date: no seller changes a price more often for it.
MOST_STEPS = 6
LEAST_STEP_DAYS = 1.0


class Promise(NamedTuple):
    """A price in parts per million of the value, and the probability that it sells in time."""

    ratio: int
    probability: float


class PathStep(NamedTuple):
    """A price from so many days from now on, and the probability of a sale by the next step, given
    that there was none before.
    """

    day: float
    ratio: int
    probability: float


def promised(
    sale: SaleModel, row: FeatureRow, age: float, days: float, probability: float
) -> Promise:
    """The highest price at which a thing that is `age` days on the market sells within `days` with
    that probability; where none is low enough, the lowest that is tried.
    """
    sold = 1.0 - sale.survival(row, _LOG_RATIOS, age, np.array([days]))[:, 0]
    enough = np.flatnonzero(sold >= probability)
    best = int(enough[-1]) if len(enough) else 0
    return Promise(int(RATIOS[best]), float(sold[best]))


def chance(sale: SaleModel, row: FeatureRow, log_ratio: float, age: float, days: float) -> float:
    """The probability that a thing sells within `days` at a price over its value."""
    left = sale.survival(row, np.array([log_ratio]), age, np.array([days]))
    return 1.0 - float(left[0, 0])


def path(
    sale: SaleModel, row: FeatureRow, age: float, days: float, salvage: float
) -> list[PathStep]:
    """Prices that bring most until `days` from now, none above the one before; what is unsold then
    brings `salvage`, a share of the value.

    Solved from the end: at each step the price weighs what it brings against what the thing is
    still worth after it (Gallego and van Ryzin, Management Science 40, 1994, for one unit).
    """
    number = int(min(max(days / LEAST_STEP_DAYS, 1.0), MOST_STEPS))
    length = days / number
    lefts = [
        sale.survival(row, _LOG_RATIOS, age + k * length, np.array([length]))[:, 0]
        for k in range(number)
    ]
    worth = salvage
    best: list[int] = []
    for left in reversed(lefts):
        brings: Floats = (RATIOS / PPM) * (1.0 - left) + worth * left
        best.append(int(np.argmax(brings)))
        worth = float(brings[best[-1]])
    steps: list[PathStep] = []
    highest = len(RATIOS) - 1
    for k, left in enumerate(lefts):
        highest = min(highest, best[number - 1 - k])
        steps.append(PathStep(k * length, int(RATIOS[highest]), 1.0 - float(left[highest])))
    return steps
