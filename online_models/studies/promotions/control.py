"""What the days of a promotion were like for others, and how far off they may be where there are no
others to tell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Flags, Ints
from online_models.numerics.special import log
from online_models.studies.promotions.past import AROUND, ORDINARY_UNITS, PastSales

#: How far sales of some days are believed to stray from those of the days before, as a deviation of
#: their logarithm, and how many stretches of days that is worth.
STRAY, STRETCHES = 0.15, 4.0
#: Units that a stretch must have sold to show how far it strays.
LEAST_UNITS = 20.0


@dataclass(frozen=True)
class ChannelControl:
    """Days of a promotion on its channel: the `units` that offers without one sold then, and the
    deviation of the logarithm of `stray`, what so many days sell beside the days before.
    """

    units: float
    stray: float
    days: int

    @property
    def weight(self) -> float:
        """How much the expected sales of those days follow them (`usual_sales`)."""
        return self.units / (self.units + ORDINARY_UNITS * self.days)

    @property
    def variance(self) -> float:
        """That of the logarithm of what is expected, for want of others to tell."""
        share = self.weight
        missed = (1.0 - share) * self.stray
        return missed * missed + (share * share / self.units if self.units > 0.0 else 0.0)

    @classmethod
    def of(cls, past: PastSales, on_channel: Flags, days: Ints) -> ChannelControl:
        """Of days (columns of the past), for an offer of a channel, (offers,)."""
        here = past.take(np.flatnonzero(on_channel))
        quiet = here.usually
        units = float(np.where(quiet, here.units, 0.0)[:, days].sum())
        return cls(units, _stray(here, quiet, len(days)), len(days))


def _stray(past: PastSales, quiet: Flags, days: int) -> float:
    """How far so many days stray from what the days before let expect, had nobody been there to
    tell: one stretch after the other, in the offers without a promotion.
    """
    exposure = np.where(quiet, past.stocked, 0.0)
    sold = np.where(quiet, past.units, 0.0)
    mean = sold.sum(axis=1) / np.maximum(exposure.sum(axis=1), 1e-9)
    units, expected = sold.sum(axis=0), (exposure * mean[:, None]).sum(axis=0)
    kept = AROUND / (AROUND + 1.0)
    number = squares = 0.0
    before, usual = 0.0, 0.0
    seen = 0
    for first in range(0, len(units) - days + 1, days):
        now, mine = (
            float(units[first : first + days].sum()),
            float(expected[first : first + days].sum()),
        )
        if seen >= AROUND / 2.0 and before >= LEAST_UNITS and now >= LEAST_UNITS and usual > 0.0:
            off = float(log(np.array([now / mine / (before / usual)]))[0])
            squares += off * off - 1.0 / now - 1.0 / before
            number += 1.0
        for day in range(first, first + days):
            before, usual = kept * before + float(units[day]), kept * usual + float(expected[day])
        seen += days
    believed = STRETCHES * STRAY * STRAY
    return float(np.sqrt((max(squares, 0.0) + believed) / (number + STRETCHES)))
