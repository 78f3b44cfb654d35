"""What a pricer says, looked at from outside: by the events alone, in exact fractions, and by none
of the code that prices.
"""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Any

import msgspec

from online_models.pricing.explanation.narrate import sentence
from online_models.pricing.explanation.recompute import recompute
from schemas.topics import decode
from schemas.values.instants import to_ms
from streams.client import Change, Offer, Prices, customer_hash
from tests.streams.pipe.contract.battery.world import CHANNELS, CUSTOMERS, QUANTITIES, SEGMENTS

KEY = "some key"
#: A minor unit is rounded to the nearest.
HALF = Fraction(1, 2)
Record = dict[str, Any]


class Judge:
    """Follows the events and the answers to them; `seen` counts what was looked at."""

    def __init__(self, currency: str, digits: int) -> None:
        self.prices = Prices()
        self.seen: Counter[str] = Counter()
        self._currency, self._unit = currency, 10**digits
        self._products: dict[str, Record] = {}
        self._policy: Record = {}
        self._contracts: dict[tuple[Any, ...], Record] = {}
        self._agreed: set[str] = set()
        self._requests: dict[str, Record] = {}
        self._now = 0
        self._proposals: list[str] = []

    def told(self, line: Record) -> None:
        """An event."""
        topic, value, self._now = line["topic"], line["value"], line["timestamp"]
        if topic == "products":
            if value["sku"] not in self._products:
                for channel in CHANNELS:
                    price = Decimal(value["price"])
                    self.prices.take_first(value["sku"], channel, price, self._currency)
            self._products[value["sku"]] = value
        elif topic == "pricing-policies":
            self._policy = value
        elif topic == "contract-prices":
            names = ("contract_id", "sku", "channel", "minimum_quantity")
            self._contracts[tuple(value[name] for name in names)] = value
        elif topic == "orders" and value["personal_prices"]:
            self._agreed.add(value["customer_id"])
        elif topic == "quote-requests":
            self._requests[value["quote_id"]] = value
        elif value.get("kind") == "forget_customer":
            self._agreed.discard(value["customer_id"])
            self._contracts = {
                key: each
                for key, each in self._contracts.items()
                if each["customer_id"] != value["customer_id"]
            }

    def said(self, line: bytes) -> None:
        """An answer."""
        topic, value = (record := json.loads(line))["topic"], record["value"]
        assert topic != "dead-letters", record
        assert topic != "quarantined", record
        if topic != "pricing-control":
            decode(topic, json.dumps(value).encode())
        look = {
            "price-changes": self._change,
            "price-decisions": self._decision,
            "price-offers": self._offer,
            "price-quotes": self._quote,
            "price-suggestions": self._suggestion,
            "recommendations": self._recommendation,
        }.get(topic)
        if look is not None:
            self.seen[topic] += 1
            look(value)

    def take_proposals(self) -> list[str]:
        """Decision ids of the quotes that wait for approval since the last call."""
        found, self._proposals = self._proposals, []
        return found

    def standing(self) -> None:
        """What customers may be asked now, by all that was published."""
        for sku, product in self._products.items():
            for channel in CHANNELS:
                public, lowest = self._public(sku, channel), self._floor(sku, channel)
                for segment in SEGMENTS:
                    for customer in (None, *CUSTOMERS[:3]):
                        for quantity in QUANTITIES:
                            price = self._asked(sku, channel, segment, customer, quantity)
                            where = (product, channel, segment, customer, quantity, self._policy)
                            assert price <= public, where
                            assert price >= min(lowest, public), where
                            most = self._entitled(sku, channel, segment, customer, quantity)
                            assert price <= most + HALF, (where, price, most)
                            if not self._may_be_less(segment, customer):
                                assert price >= most - HALF, (where, price, most)
                            self.seen["standing"] += 1

    def _may_be_less(self, segment: str, customer: str | None) -> bool:
        """Whether prices may be learnt, or for the customer alone."""
        personal = any(each.get("personalise") for each in self._policy["segments"])
        learnt = self._segment(segment).get("optimise_breaks") is not None
        # what an earlier version of the policy offered to who agreed may go on
        return learnt or (customer is not None and (personal or customer in self._agreed))

    def _segment(self, segment: str) -> Record:
        found = (each for each in self._policy["segments"] if each["segment"] == segment)
        return next(found, {})

    def _minor(self, text: str | None) -> Fraction:
        assert text is not None
        return Fraction(text) * self._unit

    def _public(self, sku: str, channel: str) -> int:
        quote = self.prices.quote(sku, channel, now=self._now)
        assert quote is not None
        return int(quote.public_price * self._unit)

    def _asked(
        self, sku: str, channel: str, segment: str, customer: str | None, quantity: int
    ) -> int:
        quote = self.prices.quote(
            sku,
            channel,
            now=self._now,
            segment=segment,
            customer=None if customer is None else customer_hash(KEY, customer),
            quantity=quantity,
        )
        assert quote is not None
        return int(quote.price * self._unit)

    def _floor(self, sku: str, channel: str) -> int:
        """The lowest legal price."""
        rails, product = self._policy["guardrails"], self._products[sku]
        lows = [Fraction(1)]
        if "minimum_price" in rails:
            lows.append(self._minor(rails["minimum_price"]))
        if rails.get("respect_map") and "map_price" in product:
            lows.append(self._minor(product["map_price"]))
        if "minimum_margin" in rails:
            lows.append(self._margin(product, channel, _share(rails["minimum_margin"])))
        if rails.get("never_below_cost"):
            lows.append(self._margin(product, channel, Fraction(0)))
        if "web" in rails.get("protect_channels", []) and channel != "web":
            lows.append(Fraction(self._public(sku, "web")))
        return ceil(max(lows))

    def _margin(self, product: Record, channel: str, margin: Fraction) -> Fraction:
        """The price p with (p / tax − cost − fee) = margin p / tax."""
        fee = product["fees"].get(channel, {"rate": "0%", "fixed": "0"})
        share = (1 - margin) / (1 + _share(product["tax_rate"])) - _share(fee["rate"])
        return (self._minor(product["cost"]) + self._minor(fee["fixed"])) / share

    def _ceiling(self, sku: str, channel: str) -> int:
        rails, product = self._policy["guardrails"], self._products[sku]
        highs = [Fraction(self._public(sku, channel))]
        if "maximum_price" in rails:
            highs.append(self._minor(rails["maximum_price"]))
        if rails.get("never_above_list_price") and "list_price" in product:
            highs.append(self._minor(product["list_price"]))
        return floor(min(highs))

    def _entitled(
        self, sku: str, channel: str, segment: str, customer: str | None, quantity: int
    ) -> Fraction:
        """The lowest of the public price, the fixed breaks and what was promised."""
        public, lowest = self._public(sku, channel), self._floor(sku, channel)
        found = [Fraction(public)]
        for step in self._segment(segment).get("breaks", []):
            if step["minimum_quantity"] <= quantity:
                asked = max(Fraction(public) * (1 - _share(step["discount"])), Fraction(1))
                found.append(min(max(asked, Fraction(lowest)), Fraction(public)))
        for each in self._contracts.values():
            whose = each["customer_id"]
            fits = (each["sku"], each["channel"]) == (sku, channel)
            fits &= (each["segment"] == segment) if whose is None else whose == customer
            fits &= each["minimum_quantity"] <= quantity and not each["cancelled"]
            fits &= each["valid_from"] <= self._now
            fits &= each["valid_until"] is None or self._now < each["valid_until"]
            price = self._minor(each["price"])
            if fits and lowest <= price <= self._ceiling(sku, channel):
                found.append(price)
        return min(found)

    def _explained(self, steps: list[Record], price: str) -> None:
        assert steps[0]["input"] is None
        assert all(a["output"] == b["input"] for a, b in pairwise(steps))
        assert steps[-1]["output"] == price == recompute(steps, self._currency), steps
        for step in steps:
            said = sentence(step)
            assert "A rule applied" not in said, step

    def _change(self, value: Record) -> None:
        self.prices.take(msgspec.convert(value, Change, strict=False))

    def _decision(self, value: Record) -> None:
        self._explained(value["explanation"], value["price"])

    def _offer(self, value: Record) -> None:
        self.prices.take_offer(msgspec.convert(value, Offer, strict=False))
        sku, channel = value["sku"], value["channel"]
        self._explained(value["explanation"], value["price"])
        if value["valid_until"] is not None and to_ms(value["valid_until"]) <= self._now:
            self.seen["ended"] += 1
            return
        price, public = self._minor(value["price"]), self._public(sku, channel)
        lowest = min(self._floor(sku, channel), public)
        assert lowest <= price <= public, (value, lowest, public)
        if value.get("contract_id") is not None:
            self.seen["contract"] += 1
            assert price <= self._ceiling(sku, channel)
        elif value.get("customer") is not None:
            self.seen["personal"] += 1
            assert value["disclosure"]
            assert value["customer"] in {customer_hash(KEY, each) for each in self._agreed}
            if "promised" not in [step["rule"] for step in value["explanation"]]:
                largest = _share(self._segment(value["segment"])["personal_discount"])
                assert price >= floor(public * (1 - largest))
        else:
            self.seen["break"] += 1

    def _quote(self, value: Record) -> None:
        request = self._requests[value["quote_id"]]
        if value["status"] not in ("offered", "proposed"):
            assert value["status"] != "declined" or value["lines"] == []
            return
        if value["reason"].startswith("offered by"):
            self._approved(value)
            return
        if value["status"] == "proposed":
            self._proposals.append(value["decision_id"])
        terms = self._segment(value["segment"])["quotes"]
        most = _share(terms["largest_discount"])
        total = public_total = entitled = Fraction(0)
        learnt = self._segment(value["segment"]).get("optimise_breaks") is not None
        for line, wanted in zip(value["lines"], request["lines"], strict=True):
            sku, quantity = wanted["sku"], wanted["quantity"]
            self._explained(line["explanation"], line["unit_price"])
            price, public = self._minor(line["unit_price"]), self._public(sku, value["channel"])
            assert self._minor(line["public_price"]) == public
            lowest, highest = (
                self._floor(sku, value["channel"]),
                self._ceiling(sku, value["channel"]),
            )
            assert lowest <= price <= highest, (line, lowest)
            least = self._entitled(
                sku, value["channel"], value["segment"], request["customer_id"], quantity
            )
            # never dearer than what the customer pays anyway
            assert price <= least + HALF
            if not learnt:
                assert price >= min((least - HALF) * (1 - most) - HALF, highest), line
            total, public_total = total + price * quantity, public_total + public * quantity
            entitled += (least - HALF) * quantity
        assert self._minor(value["total"]) == total
        assert self._minor(value["public_total"]) == public_total
        expected, waits = value["expected"], terms["approval_above"]
        assert expected["lower"] <= expected["probability"] <= expected["upper"]
        assert 0 < value["propensity"] <= 1
        if waits is None:
            assert value["status"] == "offered"
        elif value["status"] == "offered" and not learnt:
            assert total >= entitled * (1 - _share(waits))

    def _approved(self, value: Record) -> None:
        """A quote that somebody approves is legal by what holds then."""
        self.seen["approved"] += 1
        for line in value["lines"]:
            at = line["sku"], value["channel"]
            price = self._minor(line["unit_price"])
            assert self._floor(*at) <= price <= self._ceiling(*at), line

    def _suggestion(self, value: Record) -> None:
        if value["suggested"] is None:
            return
        before = None
        for aim in ("quick", "suggested", "patient"):
            promise = value[aim]
            self._explained(promise["explanation"], promise["price"])
            price = self._minor(promise["price"])
            assert before is None or price >= before
            before = price
        steps = value["markdown"]["steps"]
        assert all(self._minor(a["price"]) >= self._minor(b["price"]) for a, b in pairwise(steps))

    def _recommendation(self, value: Record) -> None:
        assert len(value["items"]) <= 2
        assert value["arm"] == "recommended" or not value["items"]
        if value["items"]:
            hashes = {customer_hash(KEY, each) for each in self._agreed}
            assert value.get("customer") is None or value["customer"] in hashes
        for item in value["items"]:
            assert self._minor(item["price"]) == self._public(item["sku"], item["channel"])


def _share(text: str) -> Fraction:
    return Fraction(text.removesuffix("%")) / 100
