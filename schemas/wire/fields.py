"""Types of the fast rows: what msgspec takes in one pass, settled to exact values after it.

A row is decoded in the wire's types and then settled in place. So each type below that differs is
the wire's at run time, and for the type checker that of a settled row, which is all one ever sees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from msgspec import Meta

from schemas.values.instants import EARLIEST, LATEST, to_ms
from schemas.values.limits import LARGEST_COUNT, LONGEST_NAME, LONGEST_TEXT
from schemas.values.money import MINOR_DIGITS, MOST_DIGITS, Amounts

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]
Text = Annotated[str, Meta(max_length=LONGEST_TEXT)]
Count = Annotated[int, Meta(ge=1, le=LARGEST_COUNT)]
Confidence = Annotated[float, Meta(ge=0, le=1)]

_T = TypeVar("_T")
if TYPE_CHECKING:
    Instant = int
    Money = int
    #: A field whose default stands for null too.
    Filled = Annotated[_T, "filled"]
else:
    Filled = _T | None
    Instant = int | str
    Money = Annotated[int, Meta(ge=0)] | Annotated[float, Meta(ge=0)] | str


class PriceAmounts(Amounts):
    """Remembered amounts, ValueError for whatever might be negative (`-0` included)."""

    def __missing__(self, value: str | int | float) -> int:
        if type(value) is str and value.startswith("-"):
            raise ValueError(f"{value} is negative")
        return super().__missing__(value)


def settle_times(rows: list[Any]) -> None:
    """Turn `time` into ms where it is written in another form; ValueError where that is none."""
    for row in rows:
        time = row.time
        if time is not None and not (type(time) is int and EARLIEST <= time <= LATEST):
            row.time = to_ms(time)


#: Wire form → minor units, by currency; a KeyError means an unknown currency.
PRICES = {code: PriceAmounts(digits) for code, digits in MINOR_DIGITS.items()}

#: Wire form → units of the last of `MOST_DIGITS` decimals, where the currency is known only later.
FINEST_PRICES = PriceAmounts(MOST_DIGITS)
