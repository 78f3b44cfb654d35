"""`clickstream`: views, baskets and wishes, one by one or counted beforehand."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from schemas.records.record import Event
from schemas.values.currencies import MOST_DIGITS
from schemas.values.fields import Count, Instant, Money, Name, Text
from schemas.values.money import scaled


class Click(Event):
    """`count` such actions; `price_shown` is in the currency of the product."""

    sku: Name
    action: Literal["view", "cart", "remove", "wishlist"]
    time: Instant | None = None
    session_id: Text | None = None
    customer_id: Text | None = None
    channel: Name = "web"
    segment: Name | None = None
    price_shown: Money | None = None
    count: Count = 1

    @model_validator(mode="after")
    def _amount_fits_any_currency(self) -> Click:
        if self.price_shown is not None:
            try:
                scaled(self.price_shown, MOST_DIGITS)
            except ValueError as error:
                raise ValueError(f"price_shown: {error}") from None
        return self
