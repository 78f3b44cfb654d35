"""What everything costs now, for whom, and until when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from schemas.values.instants import to_ms
from streams.client.records import Change, Offer
from streams.client.standing import StandingOffers

#: The segment of a customer of whom nothing is known, as in orders that name none.
USUAL_SEGMENT = "b2c"
_ALWAYS = "1980-01-01T00:00:00Z"


@dataclass(frozen=True)
class Quote:
    """What one unit costs a customer; `valid_until` in ms, None where no end is known.

    `public_price` is the price for all, `offer` what makes it cheaper, `lowest_prior_price_30d` the
    one to show beside a reduced public price.
    """

    sku: str
    channel: str
    price: Decimal
    currency: str
    decision_id: str
    public_price: Decimal
    revision: int
    lowest_prior_price_30d: Decimal | None
    valid_until: int | None = None
    offer: Offer | None = None


class Prices:
    """The newest public price of every offer, and what is below it. Nothing here waits."""

    def __init__(self) -> None:
        self._changes: dict[tuple[str, str], Change] = {}
        self._first: dict[tuple[str, str], Change] = {}
        self._offers: dict[tuple[str, str], StandingOffers[Offer]] = {}

    def __len__(self) -> int:
        return len(self._changes)

    def __iter__(self) -> Iterator[Change]:
        return iter(self._changes.values())

    def change(self, sku: str, channel: str = "web") -> Change | None:
        """The newest change of an offer; None where its first price is still in force."""
        return self._changes.get((sku, channel))

    def take_first(self, sku: str, channel: str, price: Decimal, currency: str) -> None:
        """Say what `products` says of an offer: in force until the pricer changes it."""
        self._first[sku, channel] = Change(
            decision_id="",
            revision=0,
            sku=sku,
            channel=channel,
            price=price,
            currency=currency,
            effective_at=_ALWAYS,
            time=_ALWAYS,
        )

    def take(self, change: Change) -> bool:
        """Keep a change; False where this revision is known already, or a newer one."""
        last = self._changes.get(change.offer)
        if last is not None and change.revision <= last.revision:
            return False
        self._changes[change.offer] = change
        return True

    def take_offer(self, offer: Offer) -> None:
        """Keep an offer, in place of those that it replaces."""
        at = offer.sku, offer.channel
        self._offers.setdefault(at, StandingOffers()).take(offer.identity, offer)

    def quote(
        self,
        sku: str,
        channel: str = "web",
        *,
        now: int,
        segment: str = USUAL_SEGMENT,
        customer: str | None = None,
        quantity: int = 1,
    ) -> Quote | None:
        """What a unit costs at `now`, ms; None where the pricer has changed no price yet, and
        nobody has said the first one.

        `customer` is a `customer_hash`. The lowest price counts; none is above the public one.
        """
        change = self._changes.get((sku, channel)) or self._first.get((sku, channel))
        if change is None:
            return None
        best: Offer | None = None
        for offer in self._offers.get((sku, channel), ()):
            fits = (
                offer.identity.is_for(customer, segment)
                and (offer.minimum_quantity or 1) <= quantity
                and _in_force(offer, change, now)
            )
            if fits and offer.price < (change.price if best is None else best.price):
                best = offer
        until = None if best is None or best.valid_until is None else to_ms(best.valid_until)
        return Quote(
            sku,
            channel,
            price=change.price if best is None else best.price,
            currency=change.currency,
            decision_id=change.decision_id if best is None else best.decision_id,
            public_price=change.price,
            revision=change.revision,
            lowest_prior_price_30d=change.lowest_prior_price_30d,
            valid_until=until,
            offer=best,
        )


def _in_force(offer: Offer, change: Change, now: int) -> bool:
    """Whether it is in force, and no newer public price has put an end to it."""
    begin = to_ms(offer.valid_from)
    said = begin if offer.time is None else to_ms(offer.time)
    if offer.currency != change.currency or said < to_ms(change.effective_at):
        return False
    return begin <= now and (offer.valid_until is None or now < to_ms(offer.valid_until))
