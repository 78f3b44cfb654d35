"""A distance from a price: an amount (`"-0.01"`) or a share of it (`"-1%"`)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from schemas.values import money, percentages
from schemas.values.limits import LARGEST_AMOUNT, LARGEST_RATE


@dataclass(frozen=True, slots=True)
class Offset:
    """Exactly one of `amount` (money) and `fraction` is not None."""

    amount: Decimal | None = None
    fraction: Decimal | None = None

    @classmethod
    def parse(cls, value: Any) -> Offset:
        """From the wire: text with `%` is a fraction, any other text or number an amount.

        >>> Offset.parse("-0.01"), Offset.parse("-1%").text()
        (Offset(amount=Decimal('-0.01'), fraction=None), '-1%')
        """
        if isinstance(value, Offset):
            return value
        if isinstance(value, str) and value.endswith("%"):
            fraction = percentages.to_fraction(value)
            if abs(fraction) > LARGEST_RATE:
                raise ValueError(f"{value!r} is more than {LARGEST_RATE} times the price")
            return cls(fraction=fraction)
        return cls(amount=money.to_decimal(value))

    def text(self) -> str:
        """The wire form."""
        if self.fraction is not None:
            return percentages.to_text(self.fraction)
        return money.plain(self.amount or Decimal(0))


OffsetField = Annotated[
    Offset,
    BeforeValidator(Offset.parse),
    PlainSerializer(Offset.text, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "number", "minimum": -LARGEST_AMOUNT, "maximum": LARGEST_AMOUNT},
            ],
            "description": 'an amount ("-0.01") or a percentage ("-1%")',
        }
    ),
]
