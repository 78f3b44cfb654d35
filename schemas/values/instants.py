"""Instants: RFC 3339 text or epoch milliseconds on the wire, integer milliseconds UTC inside."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from schemas.values.limits import shown

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH_DAY = date(1970, 1, 1).toordinal()
_TEXT = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d):(\d\d)(?:\.(\d+))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)
_LONGEST_TEXT = 64

#: Instants outside are typing errors or another unit (seconds, microseconds), never an event.
EARLIEST = (date(1980, 1, 1).toordinal() - _EPOCH_DAY) * DAY
LATEST = (date(2100, 1, 1).toordinal() - _EPOCH_DAY) * DAY


def to_ms(value: str | int | float) -> int:
    """Epoch milliseconds of RFC 3339 text with an offset, or of a whole number of milliseconds.

    Digits below the millisecond are cut off. A leap second counts as the first instant of the next
    minute. ValueError where `value` is malformed, lacks its offset, or is outside
    1980-01-01 … 2100-01-01 (inclusive).

    >>> to_ms("2024-05-01T12:00:00Z"), to_ms("2024-05-01T14:00:00.250+02:00")
    (1714564800000, 1714564800250)
    >>> to_ms(1714564800000)
    1714564800000
    """
    if type(value) is str:
        size = len(value)
        ms = -1
        if size == 20 and value.isascii():
            seconds = value[17:19]
            if seconds.isdecimal() and seconds < "60" and value[16] == ":" and value[19] == "Z":
                ms = _minute(value[:16]) + 1000 * int(seconds)
        elif size == 24 and value.isascii():
            figures = value[17:19] + value[20:23]
            marks = value[16] + value[19] + value[23]
            if marks == ":.Z" and figures.isdecimal() and figures < "6":
                ms = _minute(value[:16]) + int(figures)
        if EARLIEST <= ms <= LATEST:
            return ms
        return _in_range(_parse(value), value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
        expected = "expected RFC 3339 text or epoch milliseconds"
        raise ValueError(f"{shown(value)} is not a time: {expected}")
    return _in_range(int(value), value)


def to_text(ms: int) -> str:
    """RFC 3339 in UTC with `Z`; milliseconds appear only where they are not zero.

    >>> to_text(1714564800000), to_text(1714564800250)
    ('2024-05-01T12:00:00Z', '2024-05-01T12:00:00.250Z')
    """
    minute, rest = divmod(ms, MINUTE)
    seconds, thousandths = divmod(rest, 1000)
    if thousandths:
        return f"{_minute_text(minute)}{seconds:02d}.{thousandths:03d}Z"
    return f"{_minute_text(minute)}{seconds:02d}Z"


def _parse(text: str) -> int:
    match = _TEXT.fullmatch(text) if len(text) <= _LONGEST_TEXT else None
    if match is None:
        raise ValueError(f"{shown(text)} is not an RFC 3339 time with an offset")
    minute, seconds, fraction, _, sign, hours, minutes = match.groups()
    if seconds > "60":
        raise ValueError(f"{text!r} is not a time: second {seconds}")
    ms = _minute(minute) + int(seconds) * 1000
    if fraction:
        ms += int(fraction[:3].ljust(3, "0"))
    if sign:
        if hours > "23" or minutes > "59":
            raise ValueError(f"{text!r} is not a time: offset {sign}{hours}:{minutes}")
        offset = int(hours) * HOUR + int(minutes) * MINUTE
        ms += offset if sign == "-" else -offset
    return ms


@lru_cache(maxsize=1 << 14)
def _minute(text: str) -> int:
    """Milliseconds of `YYYY-MM-DDTHH:MM`; events come in order, so minutes repeat."""
    if not _MINUTE.fullmatch(text):
        raise ValueError(f"{text!r} is not an RFC 3339 time")
    try:
        day = date(int(text[:4]), int(text[5:7]), int(text[8:10])).toordinal() - _EPOCH_DAY
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date: {error}") from None
    hour, minute = int(text[11:13]), int(text[14:16])
    if hour > 23 or minute > 59:
        raise ValueError(f"{text!r} is not a time of day")
    return day * DAY + hour * HOUR + minute * MINUTE


_MINUTE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d", re.ASCII)


@lru_cache(maxsize=1 << 14)
def _minute_text(minute: int) -> str:
    day, of_day = divmod(minute, 24 * 60)
    return f"{date.fromordinal(day + _EPOCH_DAY).isoformat()}T{of_day // 60:02d}:{of_day % 60:02d}:"


def _in_range(ms: int, value: object) -> int:
    if not EARLIEST <= ms <= LATEST:
        hint = " (numbers are epoch milliseconds)" if not isinstance(value, str) else ""
        raise ValueError(f"time out of range: {value} is not in 1980 … 2100{hint}")
    return ms
