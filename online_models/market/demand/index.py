"""The demand index: what the effects and the competitors add to the curve on one day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Floats


@dataclass(frozen=True)
class Shift:
    """One effect's part of the index.

    traffic: log multiplier of the shop's visitors (scalar); it moves views and sales alike.
    taste: added to the log rate, or to the utility, of each offer, shape (n,).
    slope: added to each offer's price sensitivity, shape (n,): the index falls by
        `slope · coordinate(price)`, with the curve's own coordinate (log or relative price).
    """

    traffic: float = 0.0
    taste: Floats | float = 0.0
    slope: Floats | float = 0.0


@dataclass(frozen=True)
class DemandIndex:
    """The sum of all shifts of a day, and the competitors.

    competitor: log of the lowest competitor price over that competitor's first price, shape (n,)
        or (G, n); 0 where no competitor sells the offer.
    contested: 1.0 where a competitor sells the offer today, else 0.0, shape (n,).
    """

    traffic: float
    taste: Floats
    slope: Floats
    competitor: Floats
    contested: Floats


def sum_shifts(
    shifts: Iterable[Shift], offers: int, competitor: Floats, contested: Floats
) -> DemandIndex:
    """Sum the shifts of all effects into the day's index."""
    traffic = 0.0
    taste = np.zeros(offers)
    slope = np.zeros(offers)
    for shift in shifts:
        traffic += shift.traffic
        taste = taste + shift.taste
        slope = slope + shift.slope
    return DemandIndex(traffic, taste, slope, competitor, contested)
