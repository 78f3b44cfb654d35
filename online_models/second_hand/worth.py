"""The price of a used thing as a chain of factors, from which it follows to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from online_models.numerics.ratios import round_one
from online_models.second_hand.value import Factors
from online_models.shop.catalogue import PPM
from schemas.values import money, percentages
from schemas.values.money import texts

#: No price is higher, minor units.
_HIGHEST = 10**15


class Worth(NamedTuple):
    """A value in minor units and the factors (parts per million) that lead from its base to it."""

    factors: Factors
    value: int

    @classmethod
    def of(cls, factors: Factors) -> Worth:
        """The value, each factor applied to what the ones before it have made, and rounded."""
        value = factors.base
        for _, part in factors.parts:
            value = _times(value, part)
        return cls(factors, value)

    def price(self, ratio: int) -> int:
        """The price at a share of the value in parts per million."""
        return _times(self.value, ratio)

    def detail(self, ratio: int, digits: int) -> dict[str, Any]:
        """What a step of an explanation says of it."""
        base, value = texts([self.factors.base, self.value], digits)
        parts = [[group, _text(part)] for group, part in self.factors.parts]
        return {"base": base, "parts": parts, "value": value, "ratio": _text(ratio)}


def recomputed(detail: Mapping[str, Any], digits: int) -> int:
    """The price in minor units that follows from the detail of a step."""
    base = money.scaled(detail["base"], digits)
    parts = tuple((group, percentages.to_ppm(text)) for group, text in detail["parts"])
    return Worth.of(Factors(base, parts)).price(percentages.to_ppm(detail["ratio"]))


def _times(amount: int, part: int) -> int:
    return min(max(int(round_one(amount, part, PPM)), 1), _HIGHEST)


def _text(part: int) -> str:
    return percentages.to_text(Decimal(part) / PPM)
