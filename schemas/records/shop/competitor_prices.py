"""`competitor-prices`: what a competitor asks for the same or a matching product."""

from __future__ import annotations

from schemas.records.record import Event
from schemas.values.fields import Confidence, Currency, Flag, Instant, Money, Name, Text


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
