"""Calendar days of a time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from datetime import time as clock_time
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from schemas.values.instants import DAY

Ints = NDArray[np.int64]
_EPOCH = datetime(1970, 1, 1).toordinal()


#: Of a zone's laws, those of this year say how far its standard time is ahead.
_STANDARD_IN = 2025


def standard_offset(timezone: str) -> int:
    """How far a zone is ahead of UTC while no daylight is saved, ms.

    Every window of demand is as long as the others: so days begin by this clock all year.

    >>> standard_offset("America/New_York") // 3_600_000, standard_offset("Australia/Sydney")
    (-5, 36000000)
    """
    if timezone == "UTC":
        return 0
    zone = ZoneInfo(timezone)
    offsets = []
    for month in (1, 7):
        when = datetime(_STANDARD_IN, month, 1, tzinfo=zone)
        ahead, saved = when.utcoffset(), when.dst()
        offsets.append((ahead or timedelta()) - (saved or timedelta()))
    return round(min(offsets).total_seconds() * 1000)


class CalendarDays:
    """Day numbers since the epoch, and midnights, of one zone.

    >>> int(CalendarDays("UTC").number(np.array([86_400_000]))[0])
    1
    >>> int(CalendarDays("Asia/Tokyo").midnight_after(np.array([0]))[0]) // 3_600_000
    15
    """

    def __init__(self, timezone: str) -> None:
        self._utc = timezone == "UTC"
        # UTC must work where no time zone database is installed.
        self._zone: tzinfo = UTC if self._utc else ZoneInfo(timezone)
        self._one = lru_cache(maxsize=4096)(self._day)

    def number(self, now: Ints) -> Ints:
        """The day of each instant (ms), shape (n,)."""
        if self._utc:
            return now // DAY
        return self._look_up(now)[0]

    def midnight_after(self, now: Ints) -> Ints:
        """The first midnight after each instant, ms, shape (n,)."""
        if self._utc:
            return (now // DAY + 1) * DAY
        return self._look_up(now)[1]

    def _look_up(self, now: Ints) -> tuple[Ints, Ints]:
        # Offsets from UTC are whole quarters of an hour, and so are their changes.
        quarters, place = np.unique(now // (DAY // 96), return_inverse=True)
        days = np.array([self._one(q) for q in quarters.tolist()], dtype=np.int64).reshape(-1, 2)
        return days[place, 0], days[place, 1]

    def _day(self, quarter: int) -> tuple[int, int]:
        local = datetime.fromtimestamp(quarter * 900, self._zone)
        following = datetime.combine(local.date() + timedelta(days=1), clock_time(), self._zone)
        return local.toordinal() - _EPOCH, round(following.timestamp() * 1000)
