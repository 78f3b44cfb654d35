"""What a change and a decision have in common: price, cause, expectation and explanation."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from schemas.records.record import Outgoing
from schemas.values.fields import (
    Currency,
    InstantText,
    Json,
    MoneyText,
    Name,
    Number,
    Ordinal,
    PriceText,
    Stock,
    Text,
    check_money,
)


class Cause(Outgoing):
    """The input record that led to the decision."""

    topic: Text
    partition: Stock
    offset: Ordinal


class ExperimentArm(Outgoing):
    """The arm of an experiment that the offer is in."""

    name: Name
    arm: Name


class Expected(Outgoing):
    """What a price is expected to bring over the objective's horizon.

    `lower` and `upper` bound the profit (90 % interval); money has the minor digits. A `basis` of
    "prior" says that nothing of the offer's own sales is learnt yet, and all rests on its like.
    """

    units: Number
    revenue: MoneyText
    profit: MoneyText
    lower: MoneyText
    upper: MoneyText
    basis: Literal["prior"] | None = None


class ExplanationStep(Outgoing):
    """One rule's effect on the price; `detail` holds what is needed to compute it anew."""

    rule: Name
    input: PriceText | None
    output: PriceText
    detail: dict[Text, Json] | Text = ""


class PriceRecord(Outgoing):
    """The fields of a change, which a decision shares."""

    decision_id: Name
    revision: Stock
    sku: Name
    channel: Name
    price: PriceText
    previous_price: PriceText | None
    currency: Currency
    effective_at: InstantText
    time: InstantText
    reason: Text
    policy_id: Name
    policy_version: Ordinal
    model_version: Text
    lowest_prior_price_30d: PriceText | None
    promotion_id: Name | None = None
    experiment: ExperimentArm | None = None
    cause: Cause

    @model_validator(mode="after")
    def _exact_money(self) -> PriceRecord:
        for name in ("price", "previous_price", "lowest_prior_price_30d"):
            check_money(name, getattr(self, name), self.currency)
        return self
