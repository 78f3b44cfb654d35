"""Fast rows of `price-acks`."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from schemas.currencies import minor_digits
from schemas.instants import to_ms
from schemas.topics import TOPICS
from schemas.wire.batches import BatchDecoder
from schemas.wire.fields import FINEST_PRICES, Instant, Money, Name


class PriceAckRow(Struct, gc=False):
    """`time` is in ms; `price` has `MOST_DIGITS` decimals of the offer's currency."""

    decision_id: Name
    sku: Name
    status: Literal["applied", "rejected"]
    price: Money
    channel: Name | None = None
    currency: str | None = None
    time: Instant | None = None
    reason: str | None = None
    event_id: Name | None = None


def _settle(rows: list[PriceAckRow]) -> None:
    for row in rows:
        row.price = FINEST_PRICES[row.price]
        if row.time is not None:
            row.time = to_ms(row.time)
        if row.channel is None:
            row.channel = "web"
        if row.currency is not None:
            minor_digits(row.currency)


DECODER = BatchDecoder(PriceAckRow, _settle, TOPICS["price-acks"].adapter)
