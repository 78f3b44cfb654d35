"""Field types of the records: what the wire may say, and the exact value that it becomes.

Every type accepts what the contract allows on input and nothing that would have to be guessed: no
text for a count, no number for a name. The value inside is exact (Decimal, integer milliseconds).
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
    WithJsonSchema,
)

from schemas.values import durations, instants, money, percentages
from schemas.values.currencies import minor_digits

#: Longest identifier (sku, channel, competitor, …): keys stay small, and a megabyte is no name.
LONGEST_NAME = 256

#: Above any count of things; keeps sums of counts inside 64 bits.
LARGEST_COUNT = 10**12


def _whole(value: Any) -> Any:
    """A whole float (`2.0`, as some producers write integers) is that integer."""
    return int(value) if type(value) is float and value.is_integer() else value


def _number(value: Any) -> Any:
    return float(value) if type(value) is int else value


def _plain(value: Decimal) -> str:
    """Without exponent, unless it would then be too long to be read again (`1E-200`)."""
    plain = f"{value:f}"
    return plain if len(plain) <= money.LONGEST_TEXT else str(value)


def _known_currency(code: str) -> str:
    minor_digits(code)
    return code


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise ValueError(f"{value} is negative")
    return abs(value) if value.is_signed() else value


def _share(value: Decimal) -> Decimal:
    if not 0 <= value <= 1:
        raise ValueError(f'{value} is outside 0 … 1 (write "20%" or 0.2 for twenty per cent)')
    return value


def _ending(value: Any) -> Any:
    """`.99`, `"0.99"` and `".99"` all mean prices that end in .99."""
    text = f"{money.to_decimal(value):f}" if isinstance(value, float) else value
    return text[1:] if isinstance(text, str) and text.startswith("0.") else text


def _some(value: tuple[Any, ...]) -> tuple[Any, ...]:
    if not value:
        raise ValueError("needs at least one entry")
    return value


def check_amount(path: str, value: Decimal | None, currency: str) -> None:
    """ValueError, naming `path`, where `value` is too large for `currency`."""
    if value is not None:
        try:
            money.to_minor(value, currency)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None


def _schema(description: str, *types: dict[str, Any]) -> WithJsonSchema:
    body: dict[str, Any] = types[0] if len(types) == 1 else {"anyOf": list(types)}
    return WithJsonSchema({**body, "description": description})


def _to(parse: Callable[[Any], Any]) -> BeforeValidator:
    """`parse` the wire form; a value that is exact already passes through the same parser."""
    return BeforeValidator(parse)


def _as_text(write: Callable[[Any], str]) -> PlainSerializer:
    return PlainSerializer(write, return_type=str, when_used="json-unless-none")


Item = TypeVar("Item")

#: A list that must not be empty; it is called so only where all its entries are well-formed.
Some = Annotated[tuple[Item, ...], AfterValidator(_some), Field(json_schema_extra={"minItems": 1})]
Name = Annotated[str, Strict(), StringConstraints(min_length=1, max_length=LONGEST_NAME)]
Text = Annotated[str, Strict()]
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=1, le=LARGEST_COUNT), BeforeValidator(_whole)]
Stock = Annotated[int, Strict(), Field(ge=0, le=LARGEST_COUNT), BeforeValidator(_whole)]
Ordinal = Annotated[int, Strict(), Field(ge=-(2**53), le=2**53), BeforeValidator(_whole)]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False), BeforeValidator(_number)]
Weight = Annotated[float, Strict(), Field(ge=0, allow_inf_nan=False), BeforeValidator(_number)]
Confidence = Annotated[float, Strict(), Field(ge=0, le=1), BeforeValidator(_number)]

_DECIMAL = {"type": "string", "pattern": r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"}
_PERCENT = {"type": "string", "pattern": r"^[+-]?(\d+(\.\d*)?|\.\d+)\s*%?$"}

Currency = Annotated[
    str,
    Strict(),
    AfterValidator(_known_currency),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217"}),
]
Money = Annotated[
    Decimal,
    _to(money.to_decimal),
    AfterValidator(_not_negative),
    _as_text(_plain),
    _schema(
        "exact decimal amount, not negative",
        {"type": "string", "pattern": r"^\+?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"}
        | {"format": "money"},
        {"type": "number", "minimum": 0},
    ),
]
Instant = Annotated[
    int,
    _to(instants.to_ms),
    _as_text(instants.to_text),
    _schema(
        "RFC 3339 with offset, or epoch milliseconds",
        {"type": "string", "format": "date-time"},
        {"type": "integer", "minimum": instants.EARLIEST, "maximum": instants.LATEST},
    ),
]
Duration = Annotated[
    int,
    _to(durations.to_ms),
    _as_text(durations.to_text),
    _schema("ISO 8601 duration, no years or months", {"type": "string", "format": "duration"}),
]
SignedFraction = Annotated[
    Decimal,
    _to(percentages.to_fraction),
    _as_text(percentages.to_text),
    _schema('percentage with its sign ("5%") or fraction (0.05)', _PERCENT, {"type": "number"}),
]
Fraction = Annotated[SignedFraction, AfterValidator(_not_negative)]
Share = Annotated[SignedFraction, AfterValidator(_share)]
PriceEnding = Annotated[
    str,
    BeforeValidator(_ending),
    Strict(),
    StringConstraints(pattern=r"^(\d+(\.\d+)?|\.\d+)$", max_length=20),
    _schema(
        'how a price ends, such as ".99"',
        {"type": "string", "pattern": r"^(\d+(\.\d+)?|\.\d+)$"},
        {"type": "number"},
    ),
]


def _canonical_instant(text: str) -> str:
    if instants.to_text(instants.to_ms(text)) != text:
        raise ValueError(f"{text!r} is not in UTC with Z (milliseconds only where not zero)")
    return text


def check_money(path: str, text: str | None, currency: str) -> None:
    """ValueError, naming `path`, where `text` has not exactly the minor digits of `currency`."""
    if text is not None:
        exact = money.to_text(money.to_minor(text, currency), currency)
        if text != exact:
            raise ValueError(f"{path}: {text!r} should be {exact!r} in {currency}")


MoneyText = Annotated[
    str,
    StringConstraints(pattern=r"^-?(0|[1-9]\d*)(\.\d+)?$", max_length=20),
    _schema(
        "decimal with exactly the currency's minor digits",
        {"type": "string", "pattern": r"^-?(0|[1-9]\d*)(\.\d+)?$", "format": "money"},
    ),
]
InstantText = Annotated[
    str,
    AfterValidator(_canonical_instant),
    _schema("RFC 3339 in UTC", {"type": "string", "format": "date-time", "pattern": "Z$"}),
]
PercentText = Annotated[
    str,
    StringConstraints(pattern=r"^-?\d+(\.\d+)?%$", max_length=20),
    _schema('percentage such as "20%"', {"type": "string", "pattern": r"^-?\d+(\.\d+)?%$"}),
]
