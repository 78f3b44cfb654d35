"""Money, shares, numbers and instants in the merchant's locale and zone."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from functools import cached_property
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency, format_decimal, format_percent, get_decimal_symbol

from schemas.values.instants import DAY, HOUR, MINUTE
from schemas.values.money import minor_digits

NOTHING = "–"
#: A number or a percentage as records and policies write them.
_WRITTEN = re.compile(r"[+-]?\d*\.?\d+%?", re.ASCII)


@dataclass(frozen=True)
class Figures:
    """Formats for one locale ("en_GB") and one time zone; nothing known is a dash."""

    locale: str = "en"
    timezone: str = "UTC"

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def money(self, minor: int | float | None, currency: str | None) -> str:
        """Minor units as money of the currency.

        >>> Figures("en").money(899, "USD")
        '$8.99'
        """
        if minor is None or currency is None:
            return NOTHING
        digits = minor_digits(currency)
        amount = Decimal(round(minor)).scaleb(-digits)
        text: str = format_currency(amount, currency, locale=self.locale)
        return text.replace("\xa0", "\u202f").replace("-", "−")

    def price(self, text: str | None, currency: str | None) -> str:
        """Money that a record holds as text."""
        if text is None or currency is None:
            return NOTHING
        shown: str = format_currency(
            Decimal(text), currency, locale=self.locale, currency_digits=True
        )
        return shown.replace("\xa0", "\u202f").replace("-", "−")

    def typed(self, text: str, currency: str | None) -> str:
        """A price as somebody types it, with the locale's decimal mark or a point, as records hold
        it; ValueError where it has more decimals than the currency.

        >>> Figures("de").typed("12,50", "EUR"), Figures("de").typed("12.50", "EUR")
        ('12.50', '12.50')
        """
        mark = get_decimal_symbol(Locale.parse(self.locale))
        found = text.strip() if "." in text else text.strip().replace(mark, ".")
        if currency and len(found.partition(".")[2]) > minor_digits(currency):
            raise ValueError(f"{text!r} has more decimals than {currency}")
        return found

    def signed(self, minor: int | float | None, currency: str | None) -> str:
        """Money with a plus where it is a gain."""
        shown = self.money(minor, currency)
        return f"+{shown}" if minor is not None and minor > 0 else shown

    def total(self, minor: int | float | None, currency: str | None) -> str:
        """A gain, with its sign; from a thousand on, without cents.

        >>> Figures().total(123_456, "USD"), Figures().total(-1_234, "USD")
        ('+$1,235', '−$12.34')
        """
        if minor is None or currency is None or abs(minor) < 1000 * 10 ** minor_digits(currency):
            return self.signed(minor, currency)
        pattern = Locale.parse(self.locale).currency_formats["standard"].pattern.replace(".00", "")
        amount = Decimal(round(minor)).scaleb(-minor_digits(currency))
        text: str = format_currency(
            amount, currency, pattern, locale=self.locale, currency_digits=False
        )
        shown = text.replace("\xa0", "\u202f").replace("-", "−")
        return f"+{shown}" if minor > 0 else shown

    def share(self, value: float | None, digits: int = 1) -> str:
        """A share as a percentage."""
        if value is None:
            return NOTHING
        value = _rounded(value, digits + 2)
        pattern = "0." + "0" * digits + "%" if digits else "0%"
        text: str = format_percent(value, format=pattern, locale=self.locale)
        return text

    def step(self, value: float | None) -> str:
        """A share as a change, with its sign."""
        shown = self.share(value)
        return (
            f"+{shown}" if value is not None and _rounded(value, 3) > 0 else shown.replace("-", "−")
        )

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number in groups of thousands."""
        if value is None:
            return NOTHING
        value = _rounded(value, digits)
        pattern = "#,##0" + ("." + "#" * digits if digits else "")
        text: str = format_decimal(value, format=pattern, locale=self.locale)
        return text.replace("-", "−")

    def count(self, number: int, name: str) -> str:
        """So many of what has this name, which takes an s in the plural.

        >>> Figures().count(1, "answer"), Figures("de").count(1200, "answer")
        ('1 answer', '1.200 answers')
        """
        return f"{self.number(number)} {name}{'' if number == 1 else 's'}"

    def written(self, text: str) -> str:
        """A number or a percentage that a record holds as text, with the locale's decimal mark;
        any other text as it is.

        >>> Figures("de").written("-13.7%"), Figures("de").written("1.2.3")
        ('−13,7%', '1.2.3')
        """
        if not _WRITTEN.fullmatch(text):
            return text
        mark = get_decimal_symbol(Locale.parse(self.locale))
        return text.replace(".", mark).replace("-", "−")

    def instant(self, ms: int | None) -> str:
        """Day and time."""
        if ms is None:
            return NOTHING
        text: str = format_datetime(self._at(ms), "d MMM y HH:mm", locale=self.locale)
        return text

    def day(self, ms: int | None) -> str:
        """The day alone."""
        return NOTHING if ms is None else str(format_date(self._at(ms), "d MMM y", self.locale))

    def clock(self, ms: int | None) -> str:
        """The time alone."""
        if ms is None:
            return NOTHING
        return str(format_time(self._at(ms), "HH:mm", locale=self.locale))

    def iso(self, ms: int | None) -> str:
        """For machines: RFC 3339 in UTC."""
        return "" if ms is None else datetime.fromtimestamp(ms / 1000, UTC).isoformat()

    def age(self, ms: int | None, now: int | None) -> str:
        """How long ago."""
        if ms is None or now is None:
            return NOTHING
        passed = max(0, now - ms)
        for unit, name in ((DAY, "day"), (HOUR, "hour"), (MINUTE, "minute")):
            if passed >= unit:
                return self.count(passed // unit, name)
        return "less than a minute"

    def local(self, ms: int) -> datetime:
        """The instant in the merchant's zone, as a chart shows it."""
        return self._at(ms).replace(tzinfo=None)

    def offset(self, ms: int) -> int:
        """How far the zone's clock is ahead of UTC then, in ms."""
        ahead = self._at(ms).utcoffset()
        return 0 if ahead is None else round(ahead.total_seconds() * 1000)

    def _at(self, ms: int) -> datetime:
        return datetime.fromtimestamp(ms / 1000, self._zone)


def _rounded(value: float, digits: int) -> float:
    """Nothing where it rounds to that: no locale writes −0. Everything else as it is."""
    return value if round(value, digits) else 0


def is_locale(name: str) -> bool:
    """Whether there are formats for it."""
    try:
        Locale.parse(name)
    except (UnknownLocaleError, ValueError):
        return False
    return True


def plain(name: str | None) -> str:
    """An identifier as words: `max_step_up` is "max step up"."""
    return (name or "").replace("_", " ").strip()
