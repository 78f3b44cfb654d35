"""`recommendations`: what to show to a customer or a session, and what it is expected to bring."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.records.record import Outgoing
from schemas.values.fields import (
    Confidence,
    Currency,
    InstantText,
    MoneyText,
    Name,
    PriceText,
    Text,
    check_money,
)
from schemas.values.limits import MOST_LISTED


class RecommendedItem(Outgoing):
    """An offer, and the probability (`propensity`) with which it is shown.

    `probability` is that it is taken next where it is shown, `without` where it is not; `expected`
    is the profit that showing it adds: `margin` × (`probability` − `without`).
    """

    sku: Name
    channel: Name
    reason: Text
    propensity: Confidence
    price: PriceText
    margin: MoneyText
    probability: Confidence
    without: Confidence
    expected: MoneyText


class Recommendation(Outgoing):
    """What to show to a `customer` or a `session` (keyed hashes), in [valid_from, valid_until).

    A later record for the same person replaces it; without `items` nothing is to be shown. Who is
    `held_out` is shown nothing, so that what recommending brings can be measured. `withheld` are
    candidates that are not shown, with the probability that they would have been.
    """

    recommendation_id: Name
    customer: Name | None = None
    session: Name | None = None
    arm: Literal["recommended", "held_out", "withdrawn"]
    currency: Currency | None
    items: Annotated[list[RecommendedItem], Field(max_length=MOST_LISTED)]
    withheld: Annotated[list[RecommendedItem], Field(max_length=MOST_LISTED)]
    basket: Annotated[list[Name], Field(max_length=MOST_LISTED)]
    valid_from: InstantText
    valid_until: InstantText
    time: InstantText

    @model_validator(mode="after")
    def _exact_money(self) -> Recommendation:
        for items in (self.items, self.withheld):
            for item in items:
                for name in ("price", "margin", "expected"):
                    check_money(name, getattr(item, name), self.currency or "EUR")
        return self
