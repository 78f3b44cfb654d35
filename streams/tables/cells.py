"""Cells of a table as values of a record."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import msgspec

from schemas.values.instants import to_ms
from streams.mapping.values import to_instant

_COMMA = re.compile(r"[+-]?\d{1,3}(\.?\d{3})*(,\d+)?%?|[+-]?\d+(,\d+)?%?")
#: Columns whose texts are never numbers.
_TEXTS = frozenset(
    {"sku", "name", "order_id", "customer_id", "category", "brand", "competitor", "channel"}
)
#: Columns that are numbers in a record, and texts in a CSV.
_COUNTS = frozenset({"quantity", "on_hand", "reserved", "match_confidence", "count"})

#: Columns that are times: as spreadsheets and databases write them, they name no offset.
_TIMES = frozenset({"time", "until", "launched_at", "ends_at"})
_LOCAL = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?")
#: A pattern that begins so may read 2026-03-01 as the third of January: such texts are left to it.
_YEAR_FIRST = "%Y-"


class CellReader(NamedTuple):
    """`decimal_comma`: whether `1.234,50` is a number; `times`: how times are written, as
    `to_instant` has it, where not only as RFC 3339, or without an offset, which is UTC then.
    """

    decimal_comma: bool = False
    times: str | None = None

    def value(self, field: str, cell: Any) -> Any:
        """What a record has for a cell; RecordError where that is no time of the form named."""
        if isinstance(cell, datetime):
            return (cell if cell.tzinfo else cell.replace(tzinfo=UTC)).isoformat()
        if isinstance(cell, date):
            return f"{cell.isoformat()}T00:00:00Z"
        if field in _TIMES:
            return self._time(cell)
        if field in _TEXTS:
            return str(cell)
        if not isinstance(cell, str):
            return cell
        text = cell.strip()
        if self.decimal_comma and _COMMA.fullmatch(text):
            text = text.replace(".", "").replace(",", ".")
        if text[:1] in "[{" and text[-1:] in "]}":
            try:
                return msgspec.json.decode(text)
            except msgspec.DecodeError:
                return text
        if field in _COUNTS:
            try:
                return float(text) if "." in text else int(text)
            except ValueError:
                return text
        return {"true": True, "false": False}.get(text.lower(), text)

    def _time(self, cell: Any) -> Any:
        given = cell.strip() if isinstance(cell, str) else cell
        plain = _with_offset(given) if isinstance(given, str) else given
        if self.times is None:
            return plain
        if not self.times.startswith(_YEAR_FIRST) and isinstance(plain, str) and _is_time(plain):
            return plain
        return to_instant(given, self.times, "UTC")


def _with_offset(text: str) -> str:
    """A day, or a time without an offset, as RFC 3339 in UTC; any other text as it is."""
    if (local := _LOCAL.fullmatch(text)) is None:
        return text
    day, minute, second = local.groups()
    return f"{day}T{minute or '00:00'}{second or ':00'}Z"


def _is_time(text: str) -> bool:
    try:
        to_ms(text)
    except ValueError:
        return False
    return True
