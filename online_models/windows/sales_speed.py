"""Which offers are counted by the hour: their policy says so, or they sell by the dozen an hour."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.numerics.special import power
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.windows.demand_windows import DemandWindows
from online_models.windows.observing import ClosedWindows
from online_models.windows.signals import Floats

#: Units a day from which on an hour says enough, and below which a day is needed again.
FAST, SLOW = 12 * 24.0, 5 * 24.0
#: What a day leaves of the average before it, and the days before an average is believed.
MEMORY, LEAST_DAYS = 0.8, 7.0


class SpeedColumns(Columns):
    """Per offer the averaged units a day, and the days in stock behind it."""

    units: Floats = column(np.float64, 0.0)
    days: Floats = column(np.float64, 0.0)


class SalesSpeed:
    """Knows every offer's speed; `possible` where windows are a day long."""

    SAVED = Saved(speed=Part())

    def __init__(self, possible: bool) -> None:
        self.possible = possible
        self.speed = SpeedColumns()

    def grow(self, offers: int) -> None:
        """Make room for new offers."""
        self.speed.grow(offers)

    def learn(self, seen: ClosedWindows) -> None:
        """Average the units a day of closed windows of any length."""
        if not self.possible:
            return
        days, offer, speed = seen.days, seen.offer, self.speed
        kept = power(MEMORY, days)
        rate = np.maximum(seen.units, 0.0) / np.maximum(days, 1e-3)
        first = speed.days[offer] == 0.0
        moved = kept * speed.units[offer] + (1.0 - kept) * rate
        speed.units[offer] = np.where(first, rate, moved)
        speed.days[offer] += days

    def choose(self, windows: DemandWindows, wishes: NDArray[np.int8] | None, now: int) -> None:
        """Who changes over at the midnight after `now` (ms).

        `wishes`: of each offer's policy, 1: hours, −1: days, 0: either, (offers,); None: all 0.
        """
        if not self.possible:
            return
        at = windows.midnight_after(now)
        hourly = windows.hourly(at)
        wanted = self._wanted(wishes, hourly)
        if (wanted != hourly).any():
            faster, slower = np.flatnonzero(wanted & ~hourly), np.flatnonzero(hourly & ~wanted)
            windows.change(faster, slower, at, now)

    def _wanted(
        self, wishes: NDArray[np.int8] | None, hourly: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        speed = self.speed
        enough = speed.units >= np.where(hourly, SLOW, FAST)
        wanted: NDArray[np.bool_] = enough & (speed.days >= LEAST_DAYS)
        if wishes is not None:
            known = wanted[: len(wishes)]
            known[:] = np.where(wishes == 0, known, wishes > 0)
        return wanted
