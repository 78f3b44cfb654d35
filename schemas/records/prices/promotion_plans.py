"""`promotion-plans`: where, when and how deep a promotion would pay."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, Strict

from schemas.records.prices.decision import Expected
from schemas.records.record import Outgoing
from schemas.values.fields import (
    Currency,
    InstantText,
    MoneyText,
    Name,
    Number,
    PercentText,
    PriceText,
    Text,
)

#: Strict models take no list for a tuple unless they are told to.
OneName = Annotated[tuple[Name, ...], Strict(False), Field(min_length=1, max_length=1)]


class PlanEffects(Outgoing):
    """Where a plan's profit comes from: units sold in it and usual ones, those of them that are
    bought ahead, profit that other offers lose, that of what is bought along, discounts given, and
    what it costs itself.
    """

    usual_units: Number
    units: Number
    bought_ahead: Number
    taken_from_others: MoneyText
    discount: MoneyText
    cost: PriceText = "0"
    brought_along: MoneyText | None = None


class PlanSelector(Outgoing):
    """The planned product."""

    skus: OneName


class PlanDiscount(Outgoing):
    """The depth, as a promotion has it."""

    percent: PercentText


class PromotionPlan(Outgoing):
    """A proposal; `depth` is the share off the price, `expected` what the promotion adds.

    It is a record of `promotions`, too: sent there as it stands, it is in force from start to end.
    """

    plan_id: Name
    sku: Name
    channel: Name
    starts_at: InstantText
    ends_at: InstantText
    depth: PercentText
    expected: Expected
    reason: Text
    currency: Currency | None = None
    price: PriceText | None = None
    policy_id: Name | None = None
    time: InstantText | None = None
    effects: PlanEffects | None = None
    promotion_id: Name | None = None
    select: PlanSelector | None = None
    channels: OneName | None = None
    discount: PlanDiscount | None = None
