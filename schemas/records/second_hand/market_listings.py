"""`market-listings`: used goods that somebody offers, has sold or has taken back, one of a kind."""

from __future__ import annotations

from typing import Self

from pydantic import ValidationInfo, model_validator

from schemas.records.record import Event
from schemas.values.fields import (
    ADMITTED,
    Attributes,
    Currency,
    Duration,
    Instant,
    Money,
    Name,
    Path,
    Text,
)


class MarketListing(Event):
    """A listing as it stands; what is said of the same `listing_id` later replaces it.

    `asked` is the price it is offered at; without one it is a draft, which asks what to ask. It is
    sold at `sold_at` for `sold_for` (absent: for what was asked), or has ended unsold at
    `ended_at`. `age` is that of the thing; `sell_by` the instant by which its seller wants it sold.
    `sku` names the product that it is a used one of, `suggestion_id` the suggestion whose price it
    asks: what a seller asks unadvised says what they know of the thing, which an advised price does
    not. Without `time` it counts from the last instant that it names.
    """

    listing_id: Name
    sku: Name | None = None
    category: Path
    condition: Text
    age: Duration | None = None
    attributes: Attributes = {}
    channel: Name = "web"
    currency: Currency
    asked: Money | None = None
    listed_at: Instant
    sold_at: Instant | None = None
    sold_for: Money | None = None
    ended_at: Instant | None = None
    sell_by: Instant | None = None
    suggestion_id: Name | None = None
    time: Instant | None = None

    @property
    def last_instant(self) -> int:
        """When it sold or ended, else when it was listed, ms."""
        return self.sold_at or self.ended_at or self.listed_at

    @model_validator(mode="after")
    def _ends_after_it_begins(self, info: ValidationInfo) -> Self:
        if info.context == ADMITTED:
            return self
        for name, instant in (("sold_at", self.sold_at), ("ended_at", self.ended_at)):
            if instant is not None and instant < self.listed_at:
                raise ValueError(f"{name} is before listed_at")
        if self.sold_at is not None and self.ended_at is not None:
            raise ValueError("sold_at and ended_at: a listing is sold, or has ended unsold")
        if self.sold_at is not None and self.sold_for is None and self.asked is None:
            raise ValueError("sold_at needs sold_for or asked")
        return self
