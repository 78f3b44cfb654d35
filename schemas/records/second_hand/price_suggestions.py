"""`price-suggestions`: what to ask for a used thing, and how soon it then sells."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from schemas.records.prices.decision import ExplanationStep
from schemas.records.record import Outgoing
from schemas.values.fields import (
    Currency,
    InstantText,
    Name,
    Ordinal,
    Path,
    PriceText,
    Stock,
    Text,
    check_money,
)

Probability = Annotated[float, Field(ge=0, le=1)]


class SuggestedPrice(Outgoing):
    """At this price it sells within `within` (ISO 8601) with that probability."""

    price: PriceText
    within: Text
    probability: Probability
    explanation: list[ExplanationStep]


class SuggestedStep(Outgoing):
    """The price from an instant on, and the probability that it is sold before the next step."""

    valid_from: InstantText
    price: PriceText
    probability: Probability


class MarkdownPath(Outgoing):
    """Prices until `sell_by`, and the probability that it is sold by then."""

    sell_by: InstantText
    probability: Probability
    steps: list[SuggestedStep]


class PriceSuggestion(Outgoing):
    """What comparables say that a used thing is worth, with a 90 % interval, and what to ask.

    All prices are null where too little is known of things like it; `reason` says so. `comparables`
    counts the sales of its category that are known.
    """

    suggestion_id: Name
    listing_id: Name
    sku: Name | None
    category: Path
    condition: Text
    channel: Name
    currency: Currency
    asked: PriceText | None
    value: PriceText | None
    value_lower: PriceText | None
    value_upper: PriceText | None
    comparables: Stock
    suggested: SuggestedPrice | None
    quick: SuggestedPrice | None
    patient: SuggestedPrice | None
    markdown: MarkdownPath | None
    policy_id: Name
    policy_version: Ordinal
    reason: Text
    time: InstantText

    @model_validator(mode="after")
    def _exact_money(self) -> PriceSuggestion:
        for name, promise in (
            ("suggested", self.suggested),
            ("quick", self.quick),
            ("patient", self.patient),
        ):
            if promise is not None:
                check_money(f"{name}.price", promise.price, self.currency)
        for name in ("asked", "value", "value_lower", "value_upper"):
            check_money(name, getattr(self, name), self.currency)
        return self
