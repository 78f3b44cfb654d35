"""Fast rows of `clickstream`."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from schemas.topics import TOPICS
from schemas.wire.batches import BatchDecoder
from schemas.wire.fields import (
    FINEST_PRICES,
    Count,
    Filled,
    Instant,
    Money,
    Name,
    Text,
    settle_times,
)


class ClickRow(Struct, gc=False):
    """`time` is in ms; `price_shown` has `MOST_DIGITS` decimals of the product's currency."""

    sku: Name
    action: Literal["view", "cart", "remove", "wishlist"]
    time: Instant | None = None
    session_id: Text | None = None
    customer_id: Text | None = None
    channel: Filled[Name] = "web"
    segment: Name | None = None
    price_shown: Money | None = None
    count: Filled[Count] = 1
    personal_prices: Filled[bool] = False
    event_id: Name | None = None


def _settle(rows: list[ClickRow]) -> None:
    settle_times(rows)
    for row in rows:
        if row.channel is None:
            row.channel = "web"
        if row.count is None:
            row.count = 1
        if row.personal_prices is None:
            row.personal_prices = False
        if row.price_shown is not None:
            row.price_shown = FINEST_PRICES[row.price_shown]


DECODER = BatchDecoder(ClickRow, _settle, TOPICS["clickstream"].adapter)
