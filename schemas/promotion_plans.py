"""`promotion-plans`: where, when and how deep a promotion would pay."""

from __future__ import annotations

from schemas.decisions import Expected
from schemas.fields import Currency, InstantText, MoneyText, Name, PercentText, Text
from schemas.records import Outgoing


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
    price: MoneyText | None = None
    policy_id: Name | None = None
    time: InstantText | None = None
