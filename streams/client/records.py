"""What a shop needs of the records that it reads and writes."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

import msgspec

from schemas.values.instants import to_text
from streams.client.standing import OfferIdentity


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A record of `price-changes`: show this price. Money is exact, with the currency's digits.

    `lowest_prior_price_30d` is what the law of some countries wants beside a reduced price.
    """

    decision_id: str
    revision: int
    sku: str
    channel: str
    price: Decimal
    currency: str
    effective_at: str
    time: str
    previous_price: Decimal | None = None
    lowest_prior_price_30d: Decimal | None = None
    reason: str = ""
    policy_id: str = ""
    policy_version: int = 0
    promotion_id: str | None = None

    @property
    def offer(self) -> tuple[str, str]:
        """SKU and channel: what has a price."""
        return self.sku, self.channel


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A record of `price-offers`: a price below the public one, for a segment, for a quantity, or
    for the one customer whose hash it names. `disclosure` is to be shown with it. A `cluster` makes
    it a learnt one, which only another for the same customer replaces, a `contract_id` a promised
    one. It was said at `time`; `valid_from` may be long before, or in the future.
    """

    decision_id: str
    sku: str
    channel: str
    segment: str
    price: Decimal
    currency: str
    valid_from: str
    valid_until: str | None = None
    disclosure: str | None = None
    minimum_quantity: int | None = None
    customer: str | None = None
    contract_id: str | None = None
    cluster: int | None = None
    time: str | None = None

    @property
    def identity(self) -> OfferIdentity:
        """What tells it from others of the same SKU and channel."""
        return OfferIdentity(
            self.decision_id,
            self.segment,
            self.minimum_quantity or 1,
            self.customer,
            self.contract_id,
            self.cluster is not None,
        )


def acknowledgement(
    change: Change,
    status: Literal["applied", "rejected"],
    at: int,
    reason: str | None = None,
) -> bytes:
    """The record of `price-acks`: what the shop shows since `at`, ms. Sent again, it counts once.

    A shop that rejects a change shows the price before it.
    """
    kept = change.previous_price if status == "rejected" else None
    record = {
        "event_id": f"{change.decision_id}/{status}",
        "decision_id": change.decision_id,
        "sku": change.sku,
        "channel": change.channel,
        "status": status,
        "price": change.price if kept is None else kept,
        "currency": change.currency,
        "time": to_text(at),
    }
    return msgspec.json.encode(record | ({} if reason is None else {"reason": reason}))
