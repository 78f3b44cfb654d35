"""`competitor-prices`: what a rival asks for the same or a matching product."""

from __future__ import annotations

from pydantic import model_validator

from schemas.records.record import Event
from schemas.values.fields import (
    Confidence,
    Currency,
    Flag,
    Instant,
    Money,
    Name,
    Text,
    check_amount,
)


class CompetitorPrice(Event):
    """One observed price; `match_confidence` is the probability that it is the same product."""

    sku: Name
    competitor: Name
    price: Money
    currency: Currency
    time: Instant | None = None
    shipping: Money | None = None
    in_stock: Flag = True
    match_confidence: Confidence = 1.0
    channel: Name | None = None
    url: Text | None = None

    @model_validator(mode="after")
    def _amounts_fit(self) -> CompetitorPrice:
        check_amount("price", self.price, self.currency)
        check_amount("shipping", self.shipping, self.currency)
        return self
