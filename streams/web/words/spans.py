"""Durations as people write them."""

from __future__ import annotations

import re
from typing import Any

from schemas.values import durations
from schemas.values.instants import DAY, HOUR, MINUTE

_UNITS = ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute"), (1000, "second"))
_WORDS = re.compile(r"(\d{1,9})\s*(week|day|hour|minute|second)s?", re.IGNORECASE | re.ASCII)
_MS = {"week": durations.WEEK} | {name: ms for ms, name in _UNITS}


def span(value: Any) -> str:
    """An ISO 8601 duration in words; what is none, as it is.

    >>> span("PT6H"), span("P1D"), span("PT1H30M")
    ('6 hours', '1 day', '1 hour 30 minutes')
    """
    try:
        rest = durations.to_ms(str(value))
    except ValueError:
        return str(value)
    said = []
    for ms, name in _UNITS:
        number, rest = divmod(rest, ms)
        if number:
            said.append(f"{number} {name}{'s' if number > 1 else ''}")
    return " ".join(said) or "no time"


def is_span(value: Any) -> bool:
    """Whether this is an ISO 8601 duration."""
    if not isinstance(value, str) or not value.startswith("P"):
        return False
    try:
        durations.to_ms(value)
    except ValueError:
        return False
    return True


def iso(text: str) -> str:
    """The ISO 8601 form of words; what is not understood, as it is.

    >>> iso("6 hours"), iso("1 day 12 hours"), iso("PT5M")
    ('PT6H', 'P1DT12H', 'PT5M')
    """
    if not text or _WORDS.sub("", text).strip(" ,") or not (found := _WORDS.findall(text)):
        return text
    return durations.to_text(sum(int(number) * _MS[name.lower()] for number, name in found))
