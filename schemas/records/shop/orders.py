"""`orders`: whole orders of several lines, placed, cancelled or returned."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from schemas.records.record import Event, Incoming
from schemas.values.fields import Count, Currency, Flag, Instant, Money, Name, Some, Text
from schemas.values.limits import MOST_LINES


class OrderLine(Incoming):
    """One line; `unit_price` is what one unit cost the customer, tax included."""

    sku: Name
    quantity: Count
    unit_price: Money
    promotion_id: Name | None = None


class Order(Event):
    """An order; without `time` the Kafka record's timestamp holds.

    `personal_prices`: the customer agrees to prices and recommendations made for them. Without it
    the pricer does not keep who ordered, not even as a hash.
    """

    order_id: Name
    time: Instant | None = None
    channel: Name = "web"
    segment: Name | None = None
    currency: Currency
    customer_id: Text | None = None
    personal_prices: Flag = False
    status: Literal["placed", "cancelled", "returned"] = "placed"
    lines: Annotated[Some[OrderLine], Field(max_length=MOST_LINES)]
