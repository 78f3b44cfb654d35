"""Fast rows of `orders`."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from schemas.topics import TOPICS
from schemas.values.limits import MOST_LINES
from schemas.wire.batches import BatchDecoder
from schemas.wire.fields import PRICES, Count, Filled, Instant, Money, Name, Text, settle_times


class OrderLineRow(Struct, gc=False):
    """`unit_price` is in minor units of the order's currency."""

    sku: Name
    quantity: Count
    unit_price: Money
    promotion_id: Name | None = None


class OrderRow(Struct, gc=False):
    """`time` is in ms; None stands for the record's own timestamp."""

    order_id: Name
    currency: str
    lines: Annotated[list[OrderLineRow], Meta(min_length=1, max_length=MOST_LINES)]
    time: Instant | None = None
    channel: Filled[Name] = "web"
    segment: Name | None = None
    customer_id: Text | None = None
    personal_prices: Filled[bool] = False
    status: Filled[Literal["placed", "cancelled", "returned"]] = "placed"
    event_id: Name | None = None


def _settle(rows: list[OrderRow]) -> None:
    settle_times(rows)
    for row in rows:
        prices = PRICES[row.currency]
        if row.personal_prices is None:
            row.personal_prices = False
        if row.channel is None:
            row.channel = "web"
        if row.status is None:
            row.status = "placed"
        for line in row.lines:
            line.unit_price = prices[line.unit_price]


DECODER = BatchDecoder(OrderRow, _settle, TOPICS["orders"].adapter)
