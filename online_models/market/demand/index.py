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
    """The sum of all shifts of a day, and the rivals.

    rival: log of the lowest rival price over that rival's first price, shape (n,) or (G, n);
        0 where no rival sells the offer.
    rivalled: 1.0 where a rival sells the offer today, else 0.0, shape (n,).
    """

    traffic: float
    taste: Floats
    slope: Floats
    rival: Floats
    rivalled: Floats


def sum_shifts(
    shifts: Iterable[Shift], offers: int, rival: Floats, rivalled: Floats
) -> DemandIndex:
    """Sum the shifts of all effects into the day's index."""
    traffic = 0.0
    taste = np.zeros(offers)
    slope = np.zeros(offers)
    for shift in shifts:
        traffic += shift.traffic
        taste = taste + shift.taste
        slope = slope + shift.slope
    return DemandIndex(traffic, taste, slope, rival, rivalled)
