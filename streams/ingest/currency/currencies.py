"""The currency of every product, and the rates at which other money is accepted."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from schemas.values.money import LARGEST_MINOR, minor_digits


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

    def refuses(self, sku: str, currency: str, amount: int) -> str | None:
        """Why `amount` minor units of `currency` cannot be money for a product, or None."""
        own = self.of_sku.get(sku)
        if own is None or own == currency:
            return None
        if (currency, own) not in self._rates:
            return f"{currency}, but {sku!r} is priced in {own} and no rate is configured"
        if self.convert(sku, currency, amount)[1] > LARGEST_MINOR:
            return f"{currency}, and in {own} the amount is beyond any price"
        return None

    def convert(self, sku: str, currency: str, amount: int) -> tuple[str, int]:
        """(currency, amount in its minor units) as the product counts it, rounded half to even."""
        own = self.of_sku.get(sku)
        if own is None or own == currency:
            return currency, amount
        return own, round(amount * self._rates[currency, own])
