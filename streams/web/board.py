"""What the console knows: the last word on every offer, and the latest of everything else."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

#: Changes and decisions kept per offer, and alerts and dead letters in all.
PER_OFFER = 200
DECISIONS = 40
LATEST = 500

Value = dict[str, Any]


class _ShownChange(msgspec.Struct):
    sku: str
    channel: str
    currency: str
    price: str
    effective_at: str


class _ShownDecision(msgspec.Struct):
    decision_id: str
    sku: str
    channel: str
    currency: str
    price: str
    previous_price: str | None
    time: str
    outcome: str
    reason: str
    policy_id: str
    explanation: list[Value]


class _ShownAlert(msgspec.Struct):
    kind: str
    severity: str
    message: str
    time: str
    sku: str | None = None


#: What the pages need of a record of each topic.
_SHAPES: dict[str, Any] = {
    "price-changes": _ShownChange,
    "price-decisions": _ShownDecision,
    "pricing-alerts": _ShownAlert,
}


@dataclass
class Offer:
    """One offer: its price in force, and what led there, newest last."""

    sku: str
    channel: str
    currency: str
    price: str
    #: (instant, price) of changes.
    changes: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=PER_OFFER))
    decisions: deque[Value] = field(default_factory=lambda: deque(maxlen=DECISIONS))

    @property
    def waiting(self) -> Value | None:
        """The proposal that waits for approval, if any."""
        last = self.decisions[-1] if self.decisions else None
        return last if last is not None and last["outcome"] == "proposed" else None


class Board:
    """Takes records of the output topics as they come; broken ones are passed over."""

    def __init__(self) -> None:
        self.offers: dict[tuple[str, str], Offer] = {}
        self.alerts: deque[Value] = deque(maxlen=LATEST)
        self.dead: deque[Value] = deque(maxlen=LATEST)
        self.taken: Counter[str] = Counter()

    def take(
        self, topic: str, value: bytes | None, headers: Sequence[tuple[str, bytes | None]] = ()
    ) -> None:
        """One record."""
        if topic == "dead-letters":
            # never its content, which may be personal
            labels = {name: (text or b"").decode("utf-8", "replace") for name, text in headers}
            self.dead.append(labels | {"bytes": len(value or b"")})
        elif value is not None and topic in _SHAPES:
            try:
                record = msgspec.json.decode(value)
                msgspec.convert(record, _SHAPES[topic])
            except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
                return  # nothing that a pricer wrote
            if topic == "pricing-alerts":
                self.alerts.append(record)
            elif topic == "price-changes":
                offer = self._offer(record)
                offer.price = record["price"]
                offer.changes.append((record["effective_at"], record["price"]))
            elif topic == "price-decisions":
                self._offer(record).decisions.append(record)
        self.taken[topic] += 1

    def _offer(self, record: Mapping[str, Any]) -> Offer:
        key = record["sku"], record["channel"]
        offer = self.offers.get(key)
        if offer is None:
            asked = record.get("outcome") == "proposed"
            price = record["previous_price"] if asked else record["price"]
            offer = self.offers[key] = Offer(*key, record["currency"], price)
        return offer

    def decision(self, decision_id: str) -> Value | None:
        """A decision that is still kept, by its id."""
        for offer in self.offers.values():
            for decision in offer.decisions:
                if decision["decision_id"] == decision_id:
                    return decision
        return None

    def summary(self) -> Value:
        """The board in figures."""
        return {
            "offers": len(self.offers),
            "waiting": sum(offer.waiting is not None for offer in self.offers.values()),
            "changes": self.taken["price-changes"],
            "decisions": self.taken["price-decisions"],
            "alerts": self.taken["pricing-alerts"],
            "dead_letters": self.taken["dead-letters"],
        }
