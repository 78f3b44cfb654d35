"""`products`: the catalogue; a tombstone retires a product."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, JsonValue, model_validator

from schemas.records.record import Event, Incoming
from schemas.values.fields import Currency, Flag, Fraction, Instant, Money, Name, Text, check_amount

#: A tax or fee of more than ten times the price is a percentage written without its sign.
LARGEST_RATE = 10


class ChannelFee(Incoming):
    """What a channel keeps of a sale: `rate` × gross price + `fixed`."""

    rate: Fraction = Field(default="0", validate_default=True, le=LARGEST_RATE)
    fixed: Money = Field(default="0", validate_default=True)


class ChannelListing(Incoming):
    """What differs on one channel; an offer exists where `listed` is true."""

    price: Money | None = None
    cost: Money | None = None
    listed: Flag = True


class Product(Event):
    """A product; `price` (tax included) is in force when it appears, `cost` excludes tax."""

    sku: Name
    name: Text
    currency: Currency
    price: Money
    cost: Money
    category: Text
    time: Instant | None = None
    brand: Text | None = None
    tags: tuple[Text, ...] = ()
    role: Literal["kvi", "core", "long_tail"] | None = None
    list_price: Money | None = None
    map_price: Money | None = None
    tax_rate: Fraction = Field(default="0", validate_default=True, le=LARGEST_RATE)
    fees: dict[Name, ChannelFee] = {}
    channels: dict[Name, ChannelListing] = {}
    substitutes: tuple[Name, ...] = ()
    launched_at: Instant | None = None
    ends_at: Instant | None = None
    condition: Text | None = None
    attributes: dict[str, JsonValue] = {}

    @model_validator(mode="after")
    def _amounts_fit(self) -> Product:
        for name in ("price", "cost", "list_price", "map_price"):
            check_amount(name, getattr(self, name), self.currency)
        for channel, fee in self.fees.items():
            check_amount(f"fees.{channel}.fixed", fee.fixed, self.currency)
        for channel, listing in self.channels.items():
            check_amount(f"channels.{channel}.price", listing.price, self.currency)
            check_amount(f"channels.{channel}.cost", listing.cost, self.currency)
        return self
