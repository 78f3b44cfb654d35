"""`orders`: whole orders of several lines, placed, cancelled or returned."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from schemas.records.record import Event, Incoming
from schemas.values.fields import (
    Count,
    Currency,
    Flag,
    Instant,
    Money,
    Name,
    Some,
    Text,
    check_amount,
)


class OrderLine(Incoming):
    """One line; `unit_price` is what one unit cost the customer, tax included."""

    sku: Name
    quantity: Count
    unit_price: Money
    promotion_id: Name | None = None


class Order(Event):
    """An order; without `time` the Kafka record's timestamp holds.

    `personal_prices`: the customer agrees to prices made for them. Without it the pricer does not
    keep who ordered, not even as a hash.
    """

    order_id: Name
    time: Instant | None = None
    channel: Name = "web"
    segment: Name | None = None
    currency: Currency
    customer_id: Text | None = None
    personal_prices: Flag = False
    status: Literal["placed", "cancelled", "returned"] = "placed"
    lines: Some[OrderLine]

    @model_validator(mode="after")
    def _amounts_fit(self) -> Order:
        for index, line in enumerate(self.lines):
            check_amount(f"lines[{index}].unit_price", line.unit_price, self.currency)
        return self
