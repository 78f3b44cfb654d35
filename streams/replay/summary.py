"""What a replay came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any

import msgspec

from streams.recording.entry import Entry


class Digest:
    """SHA-256 per key over the values in their order, and one over all keys."""

    def __init__(self) -> None:
        self._keys: dict[bytes, list[bytes]] = {}

    def add(self, key: bytes | None, value: bytes | None) -> None:
        """Take the next record."""
        self._keys.setdefault(key or b"", []).append(b"" if value is None else value)

    def by_key(self) -> dict[bytes, str]:
        """The fingerprint of every key's records."""
        return {key: _fingerprint(values) for key, values in sorted(self._keys.items())}

    def whole(self) -> str:
        """The fingerprint of all records, by key."""
        found = self.by_key()
        return _fingerprint([key + b" " + found[key].encode() for key in found])

    def compacted_of(self, full: Digest) -> int | None:
        """How many records of `full` are missing here, if compaction alone took them away: it
        leaves the last one of every key, and others in their order. None where they differ.
        """
        if self._keys.keys() != full._keys.keys():
            return None
        for key, kept in self._keys.items():
            left = iter(full._keys[key])
            if kept[-1] != full._keys[key][-1] or not all(value in left for value in kept):
                return None
        return sum(len(full._keys[key]) - len(kept) for key, kept in self._keys.items())


def _fingerprint(values: Iterable[bytes]) -> str:
    hashed = sha256()
    for value in values:
        hashed.update(b"%d " % len(value))
        hashed.update(value)
    return hashed.hexdigest()


@dataclass(frozen=True)
class ExpectedTotals:
    """What is expected over the policies' horizons."""

    units: float = 0.0
    revenue: Decimal = Decimal(0)
    profit: Decimal = Decimal(0)

    def __add__(self, other: ExpectedTotals) -> ExpectedTotals:
        return ExpectedTotals(
            self.units + other.units, self.revenue + other.revenue, self.profit + other.profit
        )


@dataclass
class OfferOutcome:
    """Where an offer ended: its last price, how often it changed, what is expected of it."""

    price: str = ""
    changes: int = 0
    currency: str = ""
    expected: ExpectedTotals | None = None


@dataclass
class ReplaySummary:
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
        offer.currency = decision["currency"]
        offer.expected = None if expected is None else _expected(expected)

    def expected(self, offers: Collection[tuple[str, str]]) -> dict[str, ExpectedTotals]:
        """What is expected of these offers' last prices together, by currency."""
        found: dict[str, ExpectedTotals] = {}
        for outcome in (self.offers[offer] for offer in sorted(offers)):
            if outcome.expected is not None:
                so_far = found.get(outcome.currency, ExpectedTotals())
                found[outcome.currency] = so_far + outcome.expected
        return found


def _expected(expected: Mapping[str, Any]) -> ExpectedTotals:
    return ExpectedTotals(
        expected["units"], Decimal(expected["revenue"]), Decimal(expected["profit"])
    )
