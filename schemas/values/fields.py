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
    JsonValue,
    PlainSerializer,
    Strict,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
)

from schemas.values import durations, instants, money, percentages
from schemas.values.limits import (
    DEEPEST_JSON,
    DEEPEST_PATH,
    ENDING_DIGITS,
    LARGEST_AMOUNT,
    LARGEST_COUNT,
    LARGEST_NUMBER,
    LARGEST_ORDINAL,
    LARGEST_RATE,
    LARGEST_SHARE,
    LARGEST_WEIGHT,
    LONGEST_NAME,
    LONGEST_PATH,
    LONGEST_TEXT,
    MOST_ATTRIBUTES,
    MOST_LISTED,
)
from schemas.values.money import minor_digits

#: The context in which records of the journal are read: the border has let them pass before, maybe
#: that of an earlier release.
ADMITTED = "admitted"
#: Out of every range of floats, and still a float.
_BEYOND = 10**300


def _whole(value: Any) -> Any:
    """A whole float (`2.0`, as some producers write integers) is that integer."""
    return int(value) if type(value) is float and value.is_integer() else value


def _number(value: Any) -> Any:
    """An integer, as some producers write whole floats; one beyond any double is out of range."""
    if type(value) is not int:
        return value
    return float(min(max(value, -_BEYOND), _BEYOND))


def _known_currency(code: str) -> str:
    minor_digits(code)
    return code


def _not_negative(value: Decimal) -> Decimal:
    if value < 0:
        raise ValueError(f"{value} is negative")
    return abs(value) if value.is_signed() else value


def _signed(value: Any, info: ValidationInfo) -> Any:
    """A share above the whole says that it is one: `5` is five per cent to whoever forgot the sign,
    and five hundred to a computer. What the journal holds was admitted before, and stays.
    """
    text = isinstance(value, str)
    if isinstance(value, Decimal) or (text and value.endswith("%")) or info.context == ADMITTED:
        return value
    fraction = percentages.to_fraction(value)
    if abs(fraction) > 1:
        meant = percentages.to_text(fraction)
        given = money.plain(fraction)
        raise ValueError(f'{given} is {meant}: write "{given}%", or "{meant}" if that is meant')
    return value


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


def _moderate(value: Any) -> Any:
    """Open-ended JSON whose numbers a double holds and whose levels a stack does."""
    level = [value]
    for _ in range(DEEPEST_JSON):
        if any(type(one) in (int, float) and not abs(one) <= LARGEST_NUMBER for one in level):
            raise ValueError(f"holds a number beyond ±{LARGEST_NUMBER:,}")
        holders = [one for one in level if isinstance(one, (dict, list))]
        if not holders:
            return value
        level = [inner for one in holders for inner in (one.values() if type(one) is dict else one)]
    raise ValueError(f"is nested more than {DEEPEST_JSON} levels deep")


def _path(value: str) -> str:
    if value.count("/") >= DEEPEST_PATH:
        raise ValueError(f"has more than {DEEPEST_PATH} levels")
    return value


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
Text = Annotated[str, Strict(), StringConstraints(max_length=LONGEST_TEXT)]
#: A category: names joined by `/`, the widest first.
Path = Annotated[str, Strict(), StringConstraints(max_length=LONGEST_PATH), AfterValidator(_path)]
Flag = Annotated[bool, Strict()]
Count = Annotated[int, Strict(), Field(ge=1, le=LARGEST_COUNT), BeforeValidator(_whole)]
Stock = Annotated[int, Strict(), Field(ge=0, le=LARGEST_COUNT), BeforeValidator(_whole)]
Ordinal = Annotated[
    int, Strict(), Field(ge=-LARGEST_ORDINAL, le=LARGEST_ORDINAL), BeforeValidator(_whole)
]
Number = Annotated[
    float, Strict(), Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER), BeforeValidator(_number)
]
Weight = Annotated[float, Strict(), Field(ge=0, le=LARGEST_WEIGHT), BeforeValidator(_number)]
Confidence = Annotated[float, Strict(), Field(ge=0, le=1), BeforeValidator(_number)]
#: What bounds open-ended JSON.
MODERATE = AfterValidator(_moderate)
Json = Annotated[JsonValue, MODERATE]
Attributes = Annotated[dict[Text, Json], Field(max_length=MOST_ATTRIBUTES)]
Names = Annotated[tuple[Name, ...], Field(max_length=MOST_LISTED)]

_DECIMAL = {"type": "string", "pattern": r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"}
_FIGURES = f"[0-9]{{1,{ENDING_DIGITS}}}"
_ENDING = rf"^({_FIGURES}(\.{_FIGURES})?|\.{_FIGURES})$"
#: With its sign, or a fraction that is no more than the whole.
_PERCENT = {
    "type": "string",
    "pattern": r"^[+-]?((\d+(\.\d*)?|\.\d+)\s*%|0+(\.\d*)?|\.\d+|0*1(\.0*)?)$",
}

Currency = Annotated[
    str,
    Strict(),
    AfterValidator(_known_currency),
    Field(max_length=3),
    WithJsonSchema({"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217"}),
]
Money = Annotated[
    Decimal,
    _to(money.to_decimal),
    AfterValidator(_not_negative),
    Field(ge=0, le=LARGEST_AMOUNT),
    _as_text(money.plain),
    _schema(
        "exact decimal amount, not negative",
        {"type": "string", "pattern": r"^\+?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?$"}
        | {"format": "money"},
        {"type": "number", "minimum": 0, "maximum": LARGEST_AMOUNT},
    ),
]
Instant = Annotated[
    int,
    _to(instants.to_ms),
    Field(ge=instants.EARLIEST, le=instants.LATEST),
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
    Field(ge=0, le=durations.LONGEST),
    _as_text(durations.to_text),
    _schema("ISO 8601 duration, no years or months", {"type": "string", "format": "duration"}),
]


def _fraction(low: int, high: int) -> WithJsonSchema:
    number = {"type": "number", "minimum": low, "maximum": high}
    return _schema('percentage with its sign ("5%") or fraction (0.05)', _PERCENT, number)


_Fraction = Annotated[Decimal, _to(percentages.to_fraction), _as_text(percentages.to_text)]
#: Validators before the value run from the last to the first: the sign is looked at first.
_Signed = Annotated[_Fraction, BeforeValidator(_signed)]
_NotNegative = Annotated[_Signed, AfterValidator(_not_negative)]
Margin = Annotated[_Signed, Field(ge=-LARGEST_SHARE, lt=1), _fraction(-1, 1)]
Fraction = Annotated[_NotNegative, Field(ge=0, le=LARGEST_SHARE), _fraction(0, 1)]
Rate = Annotated[_NotNegative, Field(ge=0, le=LARGEST_RATE), _fraction(0, 1)]
Share = Annotated[_Fraction, AfterValidator(_share), Field(ge=0, le=1), _fraction(0, 1)]
PriceEnding = Annotated[
    str,
    BeforeValidator(_ending),
    Strict(),
    StringConstraints(pattern=_ENDING, max_length=2 * ENDING_DIGITS + 1),
    _schema(
        'how a price ends, such as ".99"',
        {"type": "string", "pattern": _ENDING},
        {"type": "number", "minimum": 0, "exclusiveMaximum": 10**ENDING_DIGITS},
    ),
]


def _canonical_instant(text: str) -> str:
    if instants.to_text(instants.to_ms(text)) != text:
        raise ValueError(f"{text!r} is not in UTC with Z (milliseconds only where not zero)")
    return text


def check_money(path: str, text: str | None, currency: str) -> None:
    """ValueError, naming `path`, where `text` has not exactly the minor digits of `currency`.

    `text` is a decimal already. It may be beyond any amount of an input: what is computed from the
    largest one is.
    """
    if text is not None and len(text.partition(".")[2]) != minor_digits(currency):
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
PriceText = Annotated[
    str,
    StringConstraints(pattern=r"^(0|[1-9]\d*)(\.\d+)?$", max_length=20),
    _schema(
        "decimal with exactly the currency's minor digits, not negative",
        {"type": "string", "pattern": r"^(0|[1-9]\d*)(\.\d+)?$", "format": "money"},
    ),
]
InstantText = Annotated[
    str,
    AfterValidator(_canonical_instant),
    Field(max_length=24),
    _schema("RFC 3339 in UTC", {"type": "string", "format": "date-time", "pattern": "Z$"}),
]
PercentText = Annotated[
    str,
    StringConstraints(pattern=r"^-?\d+(\.\d+)?%$", max_length=20),
    _schema('percentage such as "20%"', {"type": "string", "pattern": r"^-?\d+(\.\d+)?%$"}),
]
