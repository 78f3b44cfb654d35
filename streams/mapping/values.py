"""Values as the merchant writes them, written as the contract has them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from schemas.records.record import RecordError
from schemas.values.money import minor_digits


def _is_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{name!r} is no IANA time zone such as Europe/Berlin") from error
    return name


#: The name of a time zone.
Zone = Annotated[str, AfterValidator(_is_zone)]
#: Units of a number that counts from 1970: ms in one of them.
_MS = {"seconds": Decimal(1000), "milliseconds": Decimal(1), "microseconds": Decimal("0.001")}
#: A moment whose day is no month, and whose hour is one of the afternoon.
_SAMPLE = datetime(2001, 12, 31, 21, 43, 57, tzinfo=UTC)


def from_minor_units(amount: Any, currency: Any) -> str:
    """An amount in minor units as text in the currency's own.

    >>> from_minor_units(899, "EUR"), from_minor_units("899", "JPY")
    ('8.99', '899')
    """
    if not isinstance(currency, str):
        raise RecordError("is in minor units, and there is no currency to say which")
    try:
        digits, count = minor_digits(currency), Decimal(str(amount))
        if isinstance(amount, bool) or count != count.to_integral_value():
            raise RecordError(f"should be whole minor units, not {amount!r}")
    except ValueError as error:
        raise RecordError(str(error)) from None
    except InvalidOperation:
        raise RecordError(f"should be whole minor units, not {amount!r}") from None
    return f"{count.scaleb(-digits):f}"


def require_times(written: str) -> str:
    """`written`, as `to_instant` takes it; ValueError where it tells no moment.

    >>> require_times("%d.%m.")
    Traceback (most recent call last):
    ...
    ValueError: '%d.%m.' does not name day, month and year
    """
    if written in _MS:
        return written
    try:
        told = datetime.strptime(_SAMPLE.strftime(written), written)
    except (ValueError, re.error) as error:
        raise ValueError(f"{written!r} is no pattern such as %d.%m.%Y %H:%M: {error}") from None
    if told.date() != _SAMPLE.date():
        raise ValueError(f"{written!r} does not name day, month and year")
    if told.hour not in (0, _SAMPLE.hour):
        raise ValueError(f"{written!r} does not say which half of the day: %I goes with %p")
    return written


def to_instant(value: Any, written: str, zone: str) -> Any:
    """A time as RFC 3339 text or ms since 1970; `written` is a unit or a pattern of strptime.

    >>> to_instant(1772357400, "seconds", "UTC")
    1772357400000
    >>> to_instant("01.03.2026 10:30", "%d.%m.%Y %H:%M", "Europe/Berlin")
    '2026-03-01T09:30:00Z'
    """
    if written in _MS:
        try:
            return int(Decimal(str(value)) * _MS[written])
        except (InvalidOperation, ValueError, OverflowError):
            raise RecordError(f"should be {written} since 1970, not {value!r}") from None
    if not isinstance(value, str):
        raise RecordError(f"should be text like {written}, not {value!r}")
    try:
        moment = datetime.strptime(value, written)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
    except (ValueError, OverflowError):
        raise RecordError(f"should be a time like {written}, not {value!r}") from None
