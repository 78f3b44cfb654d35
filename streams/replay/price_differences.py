"""How the prices in force of two runs differ, decision by decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from streams.replay.price_history import Offer, PublishedPrices


@dataclass
class PriceDifferences:
    """At every instant at which either run decided an offer that both had priced by then.

    A difference is a share of the old price; `mean` is over the decisions that differ, with signs.
    """

    offers: int = 0
    offers_apart: int = 0
    decisions: int = 0
    higher: int = 0
    lower: int = 0
    mean: float = 0.0
    largest: float = 0.0
    largest_of: Offer | None = None

    @property
    def apart(self) -> int:
        """Decisions after which the prices in force differ."""
        return self.higher + self.lower


def price_differences(new: PublishedPrices, old: PublishedPrices) -> PriceDifferences:
    """Set the runs side by side."""
    found, total = PriceDifferences(), 0.0
    for offer in sorted(set(new.offers()) & set(old.offers())):
        before = found.apart
        found.offers += 1
        for move in _of(offer, new, old):
            found.decisions += 1
            found.higher += move > 0.0
            found.lower += move < 0.0
            total += move
            if abs(move) > abs(found.largest):
                found.largest, found.largest_of = move, offer
        found.offers_apart += found.apart > before
    found.mean = total / found.apart if found.apart else 0.0
    return found


def _of(offer: Offer, new: PublishedPrices, old: PublishedPrices) -> Iterator[float]:
    for time in sorted({*new.instants(offer), *old.instants(offer)}):
        after, before = new.at(offer, time), old.at(offer, time)
        if after is None or before is None:
            continue
        was = Decimal(before.price)
        yield float((Decimal(after.price) - was) / was) if was else 0.0
