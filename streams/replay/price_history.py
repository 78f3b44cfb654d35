"""The prices in force of every offer, as a run's `price-decisions` record them."""

from __future__ import annotations

from bisect import bisect_right
from typing import NamedTuple

import msgspec

from schemas.values.instants import to_ms
from streams.recording.entry import Entry

Offer = tuple[str, str]
#: Outcomes after which `price` is in force; a proposal leaves the price before it.
IN_FORCE = frozenset({"changed", "overridden", "held", "rejected"})


class RuleStep(msgspec.Struct):
    """What is needed of a step of an explanation."""

    rule: str
    output: str


class DecisionRecord(msgspec.Struct):
    """What is needed of a decision."""

    sku: str
    channel: str
    price: str
    previous_price: str | None
    effective_at: str | int
    outcome: str
    explanation: list[RuleStep]
    propensity: float
    shadow: bool = False


class PriceInForce(NamedTuple):
    """A price in force. `propensity` is below 1 where it was drawn; `drawn` also marks a draw
    that a rule moved, or that had one price to draw from. In `shadow` it is in force for the pricer
    alone.
    """

    price: str
    propensity: float
    drawn: bool
    shadow: bool = False


_DECODER = msgspec.json.Decoder(DecisionRecord)


class PublishedPrices:
    """Per offer the instants (ms) of its decisions, and what stood from each on.

    A decision that says again what the last one said is not published: the last one stands for it.
    """

    def __init__(self) -> None:
        self._times: dict[Offer, list[int]] = {}
        self._in_force: dict[Offer, list[PriceInForce]] = {}
        self.drawn = 0

    def add(self, entry: Entry) -> None:
        """Take a record of `price-decisions`; an offer's come in the order of their time."""
        if entry.value is None:
            return
        decision = _DECODER.decode(entry.value)
        price = decision.price if decision.outcome in IN_FORCE else decision.previous_price
        if price is None:
            return
        offer = decision.sku, decision.channel
        drawn = any(step.rule == "explore" for step in decision.explanation)
        self.drawn += decision.propensity < 1.0
        self._times.setdefault(offer, []).append(to_ms(decision.effective_at))
        standing = PriceInForce(price, decision.propensity, drawn, decision.shadow)
        self._in_force.setdefault(offer, []).append(standing)

    def offers(self) -> list[Offer]:
        """The offers that were priced."""
        return list(self._times)

    def instants(self, offer: Offer) -> list[int]:
        """When the offer was decided, ms."""
        return self._times.get(offer, [])

    def at(self, offer: Offer, time: int) -> PriceInForce | None:
        """What stood at an instant and after its decisions; None before the first."""
        place = bisect_right(self._times.get(offer, []), time) - 1
        return self._in_force[offer][place] if place >= 0 else None

    def during(self, offer: Offer, start: int, end: int) -> PriceInForce | None:
        """What stood for more than half of [start, end); None where nothing did."""
        at = self._times.get(offer, [])
        place = max(bisect_right(at, start) - 1, 0)
        lasted: dict[PriceInForce, int] = {}
        while place < len(at) and at[place] < end:
            until = min(at[place + 1], end) if place + 1 < len(at) else end
            standing = self._in_force[offer][place]
            lasted[standing] = lasted.get(standing, 0) + until - max(at[place], start)
            place += 1
        for standing, time in lasted.items():
            if 2 * time > end - start:
                return standing
        return None
