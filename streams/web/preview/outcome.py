"""What a trial of a policy comes to."""

from __future__ import annotations

from collections import Counter
from heapq import nlargest

import msgspec

#: Moves and findings that are named one by one.
SHOWN = 20


class TrialProfit(msgspec.Struct):
    """Profit expected over the policies' horizons, in minor units of one currency, of the offers
    that were decided: at the prices in force, and at those decided, with the sum of the ends of
    their 90 % intervals. That is the widest it can be: as if all forecasts erred the same way.
    """

    now: int = 0
    then: int = 0
    lower: int = 0
    upper: int = 0


class PriceMove(msgspec.Struct):
    """A price that would change, or be proposed."""

    sku: str
    channel: str
    currency: str
    before: str
    after: str
    step: float
    reason: str
    waits: bool


class TrialFinding(msgspec.Struct):
    """An offer whose bounds contradict each other, or what else there is to say of the policy."""

    text: str
    sku: str | None
    channel: str | None


class PolicyTrial(msgspec.Struct):
    """What a policy would do; of several partitions together, `+=` adds them."""

    offers: int = 0
    #: Offers that another policy rules today.
    switched: int = 0
    #: Offers that this policy ruled, and another would.
    released: int = 0
    decided: int = 0
    up: int = 0
    down: int = 0
    waits: int = 0
    kept: dict[str, int] = {}
    profit: dict[str, TrialProfit] = {}
    moves: list[PriceMove] = []
    conflicts: list[TrialFinding] = []
    contradictions: int = 0
    #: Event time of the state, ms.
    as_of: int = 0

    def __iadd__(self, other: PolicyTrial) -> PolicyTrial:
        for name in ("offers", "switched", "released", "decided", "up", "down", "waits"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.contradictions += other.contradictions
        self.as_of = max(self.as_of, other.as_of)
        self.kept = dict(Counter(self.kept) + Counter(other.kept))
        for currency, more in other.profit.items():
            held = self.profit.setdefault(currency, TrialProfit())
            for name in TrialProfit.__struct_fields__:
                setattr(held, name, getattr(held, name) + getattr(more, name))
        self.moves = nlargest(SHOWN, [*self.moves, *other.moves], key=lambda move: abs(move.step))
        # what holds whatever the offer, every partition finds
        fresh = [each for each in other.conflicts if each not in self.conflicts]
        self.conflicts = [*self.conflicts, *fresh][:SHOWN]
        return self
