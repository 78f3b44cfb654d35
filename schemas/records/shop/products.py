"""`products`: the catalogue; a tombstone retires a product."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.records.record import Event, Incoming
from schemas.values.fields import (
    Attributes,
    Currency,
    Flag,
    Instant,
    Money,
    Name,
    Names,
    Path,
    Rate,
    Share,
    Text,
)
from schemas.values.limits import MOST_CHANNELS, MOST_LISTED


class ChannelFee(Incoming):
    """What a channel keeps of a sale: `rate` × gross price + `fixed`."""

    rate: Rate = Field(default="0", validate_default=True)
    fixed: Money = Field(default="0", validate_default=True)


class Returns(Incoming):
    """The share of units that come back from a channel, and what taking one back costs."""

    rate: Share
    cost: Money

    @model_validator(mode="after")
    def _something_is_kept(self) -> Returns:
        if self.rate >= 1:
            raise ValueError("rate: everything comes back, so that nothing is sold")
        return self


class ChannelListing(Incoming):
    """What differs on one channel; an offer exists where `listed` is true."""

    price: Money | None = None
    cost: Money | None = None
    listed: Flag = True
    returns: Returns | None = None


class Product(Event):
    """A product; `price` (tax included) is in force when it appears, `cost` excludes tax."""

    sku: Name
    name: Text
    currency: Currency
    price: Money
    cost: Money
    category: Path
    time: Instant | None = None
    brand: Text | None = None
    tags: Annotated[tuple[Text, ...], Field(max_length=MOST_LISTED)] = ()
    role: Literal["kvi", "core", "long_tail"] | None = None
    list_price: Money | None = None
    map_price: Money | None = None
    tax_rate: Rate = Field(default="0", validate_default=True)
    fees: Annotated[dict[Name, ChannelFee], Field(max_length=MOST_CHANNELS)] = {}
    channels: Annotated[dict[Name, ChannelListing], Field(max_length=MOST_CHANNELS)] = {}
    substitutes: Names = ()
    launched_at: Instant | None = None
    ends_at: Instant | None = None
    condition: Text | None = None
    attributes: Attributes = {}
