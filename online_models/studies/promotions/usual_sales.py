"""What offers usually sell: their own sales around a day, and what others did on that day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.studies.promotions.past import PastSales

#: Days over which an offer's own sales show what is usual: a season changes it within months.
AROUND = 28.0
#: Days' worth of belief in an offer's mean of all days.
OWN_DAYS = 3.0
#: Units of a day that the belief in an ordinary one is worth.
ORDINARY_UNITS = 20.0


@dataclass(frozen=True)
class UsualSales:
    """Expected units without any promotion, (offers, days), and the units that each is known from,
    (offers, days). `quiet` (offers, days) is what a day without a promotion is worth in it.
    """

    units: Floats
    known_from: Floats
    quiet: Floats

    def around(self, values: Floats) -> Floats:
        """The part of `values` (offers, days) that this usual_sales takes for usual."""
        return _around(self.quiet * values) / np.maximum(_around(self.quiet), 1e-9)


def usual_sales(past: PastSales, effect: Floats, channel: Ints) -> UsualSales:
    """The usual_sales, given what promotions did to each day: a factor, (offers, days).

    Days with a promotion do not count. `channel` (offers,).
    """
    quiet = ~past.promoted & (past.stocked > 0.0)
    flow = past.stocked * effect
    sold = np.where(quiet, past.units, 0.0)
    exposure = np.where(quiet, flow, 0.0)
    usual = _usual(sold, exposure)
    course = np.ones_like(sold)
    for each in np.unique(channel).tolist():
        rows = channel == each
        expected = (exposure[rows] * usual[rows]).sum(axis=0)
        course[rows] = (sold[rows].sum(axis=0) + ORDINARY_UNITS) / (expected + ORDINARY_UNITS)
    usual = _usual(sold, exposure * course)
    known = _around(exposure * course)
    squares = _around(exposure * course, AROUND / 2.0)
    known_from = usual * known * known / np.maximum(squares, 1e-9)
    return UsualSales(past.stocked * course * usual, known_from, exposure * course)


def _usual(sold: Floats, exposure: Floats) -> Floats:
    """Units per day of exposure, around each day, (offers, days)."""
    mean: Floats = sold.sum(axis=1) / np.maximum(exposure.sum(axis=1), 1e-9)
    usual: Floats = (_around(sold) + OWN_DAYS * mean[:, None]) / (_around(exposure) + OWN_DAYS)
    return usual


def _around(values: Floats, days: float = AROUND) -> Floats:
    """Sums over days with weights that fall off exponentially to both sides, (offers, days)."""
    kept = days / (days + 1.0)
    ahead, behind = values.copy(), values.copy()
    for day in range(1, values.shape[1]):
        ahead[:, day] += kept * ahead[:, day - 1]
        behind[:, -1 - day] += kept * behind[:, -day]
    return ahead + behind - values
