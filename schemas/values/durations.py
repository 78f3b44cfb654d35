"""Durations: ISO 8601 text on the wire, integer milliseconds inside."""

from __future__ import annotations

import re

from schemas.values.instants import DAY, HOUR, MINUTE
from schemas.values.limits import shown

WEEK = 7 * DAY

#: A hundred years: whatever is longer is a mistake.
LONGEST = 36_525 * DAY

_TEXT = re.compile(
    r"P(?:(\d{1,9})W|(?:(\d{1,9})D)?(?:T(?=\d)(?:(\d{1,9})H)?(?:(\d{1,9})M)?"
    r"(?:(\d{1,12})(?:[.,](\d{1,9}))?S)?)?)",
    re.ASCII,
)
_CALENDAR = re.compile(r"P[^T]*[YM]", re.ASCII)


def to_ms(text: str) -> int:
    """Milliseconds of an ISO 8601 duration in weeks, or in days, hours, minutes and seconds.

    ValueError where it is malformed, negative, in years or months (whose length varies), finer
    than a millisecond, or longer than a hundred years.

    >>> to_ms("PT1H"), to_ms("P30D"), to_ms("PT0.5S")
    (3600000, 2592000000, 500)
    """
    if not isinstance(text, str):
        raise ValueError(f'{shown(text)} is not a duration: expected ISO 8601 text such as "PT1H"')
    if text.startswith("-"):
        raise ValueError(f"{shown(text)} is a negative duration")
    if _CALENDAR.match(text):
        raise ValueError(f"{shown(text)} has years or months, whose length varies; use days")
    match = _TEXT.fullmatch(text)
    if match is None or text == "P":
        raise ValueError(f'{shown(text)} is not an ISO 8601 duration such as "PT1H" or "P30D"')
    weeks, days, hours, minutes, seconds, fraction = match.groups()
    thousandths = (fraction or "").rstrip("0")
    if len(thousandths) > 3:
        raise ValueError(f"{text!r} is finer than a millisecond")
    ms = int(weeks or 0) * WEEK + int(days or 0) * DAY + int(hours or 0) * HOUR
    ms += int(minutes or 0) * MINUTE + int(seconds or 0) * 1000
    ms += int(thousandths.ljust(3, "0"))
    if ms > LONGEST:
        raise ValueError(f"{text!r} is longer than a hundred years")
    return ms


def to_text(ms: int) -> str:
    """The shortest ISO 8601 form of `ms` (not negative) in days, hours, minutes and seconds.

    >>> to_text(2_592_000_000), to_text(5_400_000), to_text(0)
    ('P30D', 'PT1H30M', 'PT0S')
    """
    days, rest = divmod(ms, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    seconds, thousandths = divmod(rest, 1000)
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    if thousandths:
        time += f"{seconds}.{thousandths:03d}".rstrip("0") + "S"
    elif seconds or not (days or time):
        time += f"{seconds}S"
    return "P" + (f"{days}D" if days else "") + (f"T{time}" if time else "")
