"""What is known of a shop by the events alone, and what prices that leaves, in exact fractions."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

from streams.client import Prices
from tests.streams.pipe.contract.battery.world import CHANNELS

Record = dict[str, Any]
#: A minor unit is rounded to the nearest.
HALF = Fraction(1, 2)


class Known:
    """Follows the events; `prices` also what was published, as a client does."""

    def __init__(self, currency: str, digits: int) -> None:
        self.prices = Prices()
        self.currency = currency
        self.products: dict[str, Record] = {}
        self.policy: Record = {}
        self.contracts: dict[tuple[Any, ...], Record] = {}
        self.agreed: set[str] = set()
        self.requests: dict[str, Record] = {}
        self.now = 0
        self.unit = 10**digits

    def told(self, line: Record) -> None:
        """An event."""
        topic, value, self.now = line["topic"], line["value"], line["timestamp"]
        if topic == "products":
            if value["sku"] not in self.products:
                for channel in CHANNELS:
                    price = Decimal(value["price"])
                    self.prices.take_first(value["sku"], channel, price, self.currency)
            self.products[value["sku"]] = value
        elif topic == "pricing-policies":
            self.policy = value
        elif topic == "contract-prices":
            names = ("contract_id", "sku", "channel", "minimum_quantity")
            self.contracts[tuple(value[name] for name in names)] = value
        elif topic == "orders" and value["personal_prices"]:
            self.agreed.add(value["customer_id"])
        elif topic == "quote-requests":
            self.requests[value["quote_id"]] = value
        elif value.get("kind") == "forget_customer":
            self.agreed.discard(value["customer_id"])
            self.contracts = {
                key: each
                for key, each in self.contracts.items()
                if each["customer_id"] != value["customer_id"]
            }

    def segment_terms(self, segment: str) -> Record:
        found = (each for each in self.policy["segments"] if each["segment"] == segment)
        return next(found, {})

    def minor(self, text: str | None) -> Fraction:
        assert text is not None
        return Fraction(text) * self.unit

    def public_price(self, sku: str, channel: str) -> int:
        quote = self.prices.quote(sku, channel, now=self.now)
        assert quote is not None
        return int(quote.public_price * self.unit)

    def floor(self, sku: str, channel: str) -> int:
        """The lowest legal price."""
        rails, product = self.policy["guardrails"], self.products[sku]
        lows = [Fraction(1)]
        if "minimum_price" in rails:
            lows.append(self.minor(rails["minimum_price"]))
        if rails.get("respect_map") and "map_price" in product:
            lows.append(self.minor(product["map_price"]))
        if "minimum_margin" in rails:
            lows.append(self._margin(product, channel, share(rails["minimum_margin"])))
        if rails.get("never_below_cost"):
            lows.append(self._margin(product, channel, Fraction(0)))
        if "web" in rails.get("protect_channels", []) and channel != "web":
            lows.append(Fraction(self.public_price(sku, "web")))
        return math.ceil(max(lows))

    def _margin(self, product: Record, channel: str, margin: Fraction) -> Fraction:
        """The price p with (p / tax − cost − fee) = margin p / tax."""
        fee = product["fees"].get(channel, {"rate": "0%", "fixed": "0"})
        kept = (1 - margin) / (1 + share(product["tax_rate"])) - share(fee["rate"])
        return (self.minor(product["cost"]) + self.minor(fee["fixed"])) / kept

    def ceiling(self, sku: str, channel: str) -> int:
        rails, product = self.policy["guardrails"], self.products[sku]
        highs = [Fraction(self.public_price(sku, channel))]
        if "maximum_price" in rails:
            highs.append(self.minor(rails["maximum_price"]))
        if rails.get("never_above_list_price") and "list_price" in product:
            highs.append(self.minor(product["list_price"]))
        return math.floor(min(highs))

    def entitled(
        self, sku: str, channel: str, segment: str, customer: str | None, quantity: int
    ) -> Fraction:
        """The lowest of the public price, the fixed breaks and what was promised."""
        public, lowest = self.public_price(sku, channel), self.floor(sku, channel)
        found = [Fraction(public)]
        for step in self.segment_terms(segment).get("breaks", []):
            if step["minimum_quantity"] <= quantity:
                asked = max(Fraction(public) * (1 - share(step["discount"])), Fraction(1))
                found.append(min(max(asked, Fraction(lowest)), Fraction(public)))
        for each in self.contracts.values():
            whose = each["customer_id"]
            fits = (each["sku"], each["channel"]) == (sku, channel)
            fits &= (each["segment"] == segment) if whose is None else whose == customer
            fits &= each["minimum_quantity"] <= quantity and not each["cancelled"]
            fits &= each["valid_from"] <= self.now
            fits &= each["valid_until"] is None or self.now < each["valid_until"]
            price = self.minor(each["price"])
            if fits and lowest <= price <= public:
                found.append(price)
        return min(found)


def share(text: str) -> Fraction:
    """A percentage.

    >>> share("12.5%")
    Fraction(1, 8)
    """
    return Fraction(text.removesuffix("%")) / 100
