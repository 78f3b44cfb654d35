"""`contract-prices`: what a customer, or a group of customers, was promised for a product."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from schemas.records.record import Event
from schemas.values.fields import Count, Currency, Flag, Instant, Money, Name, Text


class ContractPrice(Event):
    """A price for one customer (`customer_id`) or one group (`segment` alone: a price list).

    It holds in [valid_from, valid_until) for orders of `minimum_quantity` and more, whatever the
    rules of a policy want; guardrails that it breaks are said. A later record of the same contract,
    product and quantity replaces it, and `cancelled` ends it. `terms` are shown with it. The
    journal gets a keyed hash of `customer_id`.
    """

    contract_id: Name
    sku: Name
    channel: Name = "web"
    customer_id: Text | None = None
    segment: Name = "b2b"
    price: Money = Field(gt=0)
    currency: Currency
    minimum_quantity: Count = 1
    valid_from: Instant
    valid_until: Instant | None = None
    terms: Text | None = None
    cancelled: Flag = False
    time: Instant | None = None

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.valid_until is not None and self.valid_until <= self.valid_from:
            raise ValueError("valid_until must be after valid_from")
        return self
