"""What a replay came to, and how it differs from another one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

from streams.recording.entry import Entry
from streams.replay.digest import Digest


@dataclass
class OfferOutcome:
    """Where an offer ended: its last price, how often it changed, what is expected of it."""

    price: str = ""
    changes: int = 0
    profit: Decimal | None = None


@dataclass
class Summary:
    """Counts of what was published, and the outcome of every offer."""

    topics: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    offers: dict[tuple[str, str], OfferOutcome] = field(default_factory=dict)
    digest: Digest = field(default_factory=Digest)

    def add(self, entry: Entry) -> None:
        """Take the next output."""
        self.topics[entry.topic] += 1
        if entry.topic == "price-changes":
            self.digest.add(entry.key, entry.value)
        elif entry.topic == "price-decisions" and entry.value is not None:
            self._decision(msgspec.json.decode(entry.value))

    def _decision(self, decision: dict[str, Any]) -> None:
        self.outcomes[decision["outcome"]] += 1
        self.reasons[decision["reason"]] += 1
        offer = self.offers.setdefault((decision["sku"], decision["channel"]), OfferOutcome())
        changed = decision["outcome"] in ("changed", "overridden")
        offer.changes += changed
        offer.price = decision["price"] if changed else offer.price or decision["previous_price"]
        expected = decision["expected" if changed else "expected_kept"]
        profit = None if expected is None else expected.get("profit")
        offer.profit = None if profit is None else Decimal(profit)

    @property
    def profit(self) -> Decimal:
        """Expected profit over the policies' horizons, summed over the offers."""
        return sum((o.profit for o in self.offers.values() if o.profit is not None), Decimal(0))


@dataclass(frozen=True)
class Comparison:
    """Offers whose last prices differ, the largest difference first."""

    same: int
    different: list[tuple[tuple[str, str], OfferOutcome, OfferOutcome]]
    missing: int
    identical: bool


def compare(new: Summary, old: Summary) -> Comparison:
    """The offers of two runs side by side."""
    shared = [offer for offer in new.offers if offer in old.offers]
    different = [
        (offer, new.offers[offer], old.offers[offer])
        for offer in shared
        if new.offers[offer].price != old.offers[offer].price
    ]
    different.sort(key=_distance, reverse=True)
    missing = len(new.offers) + len(old.offers) - 2 * len(shared)
    identical = new.digest.whole() == old.digest.whole()
    return Comparison(len(shared) - len(different), different, missing, identical)


def _distance(pair: tuple[tuple[str, str], OfferOutcome, OfferOutcome]) -> tuple[Decimal, str]:
    offer, new, old = pair
    before = Decimal(old.price)
    change = abs(Decimal(new.price) - before) / before if before else Decimal(0)
    return change, "|".join(offer)
