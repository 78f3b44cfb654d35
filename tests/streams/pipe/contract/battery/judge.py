"""What a pricer says, looked at from outside: by the events alone, in exact fractions, and by none
of the code that prices.
"""

from __future__ import annotations

import json
from collections import Counter
from itertools import pairwise
from math import floor

import msgspec

from schemas.topics import decode
from schemas.values.instants import to_ms
from streams.client import Change, Offer, customer_hash
from tests.streams.pipe.contract.battery.explained import explained
from tests.streams.pipe.contract.battery.known import HALF, Known, Record, share
from tests.streams.pipe.contract.battery.quotes import QuoteJudge
from tests.streams.pipe.contract.battery.world import CHANNELS, CUSTOMERS, QUANTITIES, SEGMENTS

KEY = "some key"


class Judge:
    """Follows the events and the answers to them; `seen` counts what was looked at."""

    def __init__(self, currency: str, digits: int) -> None:
        self.seen: Counter[str] = Counter()
        self._known = Known(currency, digits)
        self._quotes = QuoteJudge(self._known, self.seen)

    def told(self, line: Record) -> None:
        """An event."""
        self._known.told(line)

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
            "price-quotes": self._quotes.answered,
            "price-suggestions": self._suggestion,
            "recommendations": self._recommendation,
        }.get(topic)
        if look is not None:
            self.seen[topic] += 1
            look(value)

    def take_proposals(self) -> list[str]:
        """Decision ids of the quotes that wait for approval since the last call."""
        found, self._quotes.proposals = self._quotes.proposals, []
        return found

    def standing(self) -> None:
        """What customers may be asked now, by all that was published."""
        known = self._known
        for sku, product in known.products.items():
            for channel in CHANNELS:
                public, lowest = known.public_price(sku, channel), known.floor(sku, channel)
                for segment in SEGMENTS:
                    for customer in (None, *CUSTOMERS[:3]):
                        for quantity in QUANTITIES:
                            price = self._asked(sku, channel, segment, customer, quantity)
                            where = (product, channel, segment, customer, quantity, known.policy)
                            assert price <= public, where
                            assert price >= min(lowest, public), where
                            most = known.entitled(sku, channel, segment, customer, quantity)
                            assert price <= most + HALF, (where, price, most)
                            if not self._may_be_less(segment, customer):
                                assert price >= most - HALF, (where, price, most)
                            self.seen["standing"] += 1

    def _may_be_less(self, segment: str, customer: str | None) -> bool:
        """Whether prices may be learnt, or for the customer alone."""
        personal = any(each.get("personalise") for each in self._known.policy["segments"])
        learnt = self._known.segment_terms(segment).get("optimise_breaks") is not None
        # what an earlier version of the policy offered to who agreed may go on
        return learnt or (customer is not None and (personal or customer in self._known.agreed))

    def _asked(
        self, sku: str, channel: str, segment: str, customer: str | None, quantity: int
    ) -> int:
        quote = self._known.prices.quote(
            sku,
            channel,
            now=self._known.now,
            segment=segment,
            customer=None if customer is None else customer_hash(KEY, customer),
            quantity=quantity,
        )
        assert quote is not None
        return int(quote.price * self._known.unit)

    def _change(self, value: Record) -> None:
        self._known.prices.take(msgspec.convert(value, Change, strict=False))

    def _decision(self, value: Record) -> None:
        explained(value["explanation"], value["price"], self._known.currency)

    def _offer(self, value: Record) -> None:
        self._known.prices.take_offer(msgspec.convert(value, Offer, strict=False))
        sku, channel = value["sku"], value["channel"]
        explained(value["explanation"], value["price"], self._known.currency)
        if value["valid_until"] is not None and to_ms(value["valid_until"]) <= self._known.now:
            self.seen["ended"] += 1
            return
        price, public = self._known.minor(value["price"]), self._known.public_price(sku, channel)
        lowest = min(self._known.floor(sku, channel), public)
        assert lowest <= price <= public, (value, lowest, public)
        if value.get("contract_id") is not None:
            self.seen["contract"] += 1
        elif value.get("customer") is not None:
            self.seen["personal"] += 1
            assert value["disclosure"]
            assert value["customer"] in {customer_hash(KEY, each) for each in self._known.agreed}
            if "promised" not in [step["rule"] for step in value["explanation"]]:
                largest = share(self._known.segment_terms(value["segment"])["personal_discount"])
                assert price >= floor(public * (1 - largest))
        else:
            self.seen["break"] += 1

    def _suggestion(self, value: Record) -> None:
        if value["suggested"] is None:
            return
        before = None
        for aim in ("quick", "suggested", "patient"):
            promise = value[aim]
            explained(promise["explanation"], promise["price"], self._known.currency)
            price = self._known.minor(promise["price"])
            assert before is None or price >= before
            before = price
        asked = [self._known.minor(step["price"]) for step in value["markdown"]["steps"]]
        assert all(a >= b for a, b in pairwise(asked))

    def _recommendation(self, value: Record) -> None:
        assert len(value["items"]) <= 2
        assert value["arm"] == "recommended" or not value["items"]
        if value["items"]:
            hashes = {customer_hash(KEY, each) for each in self._known.agreed}
            assert value.get("customer") is None or value["customer"] in hashes
        for item in value["items"]:
            public = self._known.public_price(item["sku"], item["channel"])
            assert self._known.minor(item["price"]) == public
