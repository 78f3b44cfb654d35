"""`promotion-plans`: where, when and how deep a promotion would pay."""

from __future__ import annotations

from schemas.records.decision import Expected
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


class PlanEffects(Outgoing):
    """Where a plan's profit comes from: units sold in it and usual ones, those of them that are
    bought ahead, profit that other offers lose, and discounts given.
    """

    usual_units: Number
    units: Number
    bought_ahead: Number
    taken_from_others: MoneyText
    discount: MoneyText


class PromotionPlan(Outgoing):
    """A proposal; `depth` is the share off the price, `expected` what the promotion adds."""

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
