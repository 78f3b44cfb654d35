"""`clickstream`: views, baskets and wishes, one by one or counted beforehand."""

from __future__ import annotations

from typing import Literal

from schemas.records.record import Event
from schemas.values.fields import Count, Flag, Instant, Money, Name, Text


class Click(Event):
    """`count` such actions; `price_shown` is in the currency of the product.

    `personal_prices`: the customer, or without one the session, agrees to prices and
    recommendations made for them.
    """

    sku: Name
    action: Literal["view", "cart", "remove", "wishlist"]
    time: Instant | None = None
    session_id: Text | None = None
    customer_id: Text | None = None
    channel: Name = "web"
    segment: Name | None = None
    price_shown: Money | None = None
    count: Count = 1
    personal_prices: Flag = False
