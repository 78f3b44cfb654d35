"""`price-acks`: what the shop really shows."""

from __future__ import annotations

from typing import Literal

from schemas.records.record import Event
from schemas.values.fields import Currency, Instant, Money, Name, Text


class PriceAck(Event):
    """The shop applied or rejected a decision; `price` is the one it shows now."""

    decision_id: Name
    sku: Name
    channel: Name = "web"
    status: Literal["applied", "rejected"]
    price: Money
    currency: Currency | None = None
    time: Instant | None = None
    reason: Text | None = None
