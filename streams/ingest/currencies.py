"""The currency of every product, and the rates at which other money is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from schemas.currencies import minor_digits


class Currencies:
    """Knows each SKU's currency as the products pass by.

    `rates` maps "EUR/USD" to how many USD one EUR is worth.
    """

    def __init__(self, rates: Mapping[str, Decimal]) -> None:
        self.of_sku: dict[str, str] = {}
        self._rates: dict[tuple[str, str], Fraction] = {}
        for pair, rate in rates.items():
            source, _, target = pair.partition("/")
            scale = 10 ** minor_digits(target) / Fraction(10 ** minor_digits(source))
            self._rates[source, target] = Fraction(rate) * scale

    def mismatch(self, sku: str, currency: str) -> str | None:
        """The product's currency where `currency` is another one without a rate, else None."""
        own = self.of_sku.get(sku)
        if own is None or own == currency or (currency, own) in self._rates:
            return None
        return own

    def convert(self, sku: str, currency: str, amount: int) -> tuple[str, int]:
        """(currency, amount in its minor units) as the product counts it, rounded half to even."""
        own = self.of_sku.get(sku)
        if own is None or own == currency:
            return currency, amount
        return own, round(amount * self._rates[currency, own])
