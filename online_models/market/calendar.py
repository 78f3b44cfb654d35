"""The market's calendar: day 0 is a Monday, and a day lasts 24 hours of UTC."""

from __future__ import annotations

DAY_MS = 86_400_000
#: 2026-01-05T00:00:00Z, a Monday.
EPOCH_MS = 1_767_571_200_000


def day_start(day: int) -> int:
    """Milliseconds since the Unix epoch at which a market day begins.

    >>> day_start(1) - day_start(0) == DAY_MS
    True
    """
    return EPOCH_MS + day * DAY_MS


def weekday(day: int) -> int:
    """0 for Monday … 6 for Sunday."""
    return day % 7
