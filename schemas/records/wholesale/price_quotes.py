"""`price-quotes`: the answers to requests for quotes."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from schemas.records.prices.decision import ExplanationStep
from schemas.records.record import Outgoing
from schemas.values.fields import (
    Confidence,
    Count,
    Currency,
    InstantText,
    MoneyText,
    Name,
    Ordinal,
    PercentText,
    PriceText,
    Stock,
    Text,
    check_money,
)
from schemas.values.limits import MOST_QUOTED


class QuotedLine(Outgoing):
    """One line; `public_price` is what one unit costs everybody at the time of the quote."""

    sku: Name
    quantity: Count
    unit_price: PriceText
    public_price: PriceText
    policy_id: Name
    policy_version: Ordinal
    explanation: list[ExplanationStep]


class ExpectedQuote(Outgoing):
    """The probability that the quote is won, with its 90 % interval, and the expected profit.

    `outcomes` is how many it was learnt from.
    """

    probability: Confidence
    lower: Confidence
    upper: Confidence
    profit: MoneyText
    outcomes: Stock


class PriceQuote(Outgoing):
    """An answer: the quote is `offered` until `valid_until`, or waits for approval (`proposed`).

    A proposal is then offered, `rejected` by a person, or `expired`. A request that cannot be
    answered is `declined`, without lines; `reason` says why. `total` is the sum of all lines,
    `discount` the share off what the customer would pay without a quote, and `propensity` the
    probability with which it was drawn.
    """

    quote_id: Name
    decision_id: Name
    status: Literal["offered", "proposed", "rejected", "expired", "declined"]
    segment: Name
    channel: Name
    customer: Name | None
    currency: Currency
    lines: Annotated[list[QuotedLine], Field(max_length=MOST_QUOTED)]
    total: PriceText | None
    public_total: PriceText | None
    discount: PercentText | None
    valid_from: InstantText
    valid_until: InstantText | None
    expected: ExpectedQuote | None
    propensity: Confidence
    reason: Text
    time: InstantText

    @model_validator(mode="after")
    def _exact_money(self) -> PriceQuote:
        for name in ("total", "public_total"):
            check_money(name, getattr(self, name), self.currency)
        for i, line in enumerate(self.lines):
            check_money(f"lines[{i}].unit_price", line.unit_price, self.currency)
        return self
