"""`price-offers`: segment and personalised prices, never above the offer's public price."""

from __future__ import annotations

from pydantic import model_validator

from schemas.records.prices.decision import ExplanationStep
from schemas.records.record import Outgoing
from schemas.values.fields import (
    Confidence,
    Count,
    Currency,
    InstantText,
    Name,
    PriceText,
    Text,
    check_money,
)


class PriceOffer(Outgoing):
    """In force in [valid_from, valid_until), without end where that is null.

    `minimum_quantity` makes it a quantity break, `contract_id` a promised price; `customer` is the
    keyed hash of the customer whom a personal offer is for, and `disclosure` the text to show with
    it. A later record with the same of these and of `segment` replaces it, as does the first record
    of another decision about the same SKU and channel. Of a learnt one, `cluster` says how
    sensitive to prices customers like this one are (1 is least), and `propensity` with which
    probability this price was drawn; nothing but a later record for the same customer replaces it.
    An `explanation` leads from the public price to this one.
    """

    sku: Name
    channel: Name
    segment: Name
    price: PriceText
    currency: Currency
    valid_from: InstantText
    valid_until: InstantText | None
    disclosure: Text | None
    decision_id: Name
    minimum_quantity: Count | None = None
    customer: Name | None = None
    contract_id: Name | None = None
    cluster: Count | None = None
    propensity: Confidence | None = None
    time: InstantText | None = None
    reason: Text | None = None
    explanation: list[ExplanationStep] | None = None

    @model_validator(mode="after")
    def _exact_money(self) -> PriceOffer:
        check_money("price", self.price, self.currency)
        return self
