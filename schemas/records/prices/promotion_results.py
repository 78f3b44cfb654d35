"""`promotion-results`: what a planned promotion brought."""

from __future__ import annotations

from schemas.records.record import Outgoing
from schemas.values.fields import Currency, InstantText, MoneyText, Name, Number, PriceText


class PromotionResult(Outgoing):
    """A planned promotion that is over, as planned or because it was stopped.

    `units` were sold in it where `usual_units` would have been without; of what it sold more,
    `bought_ahead` units are missing later, and `taken_from_others` is profit that other offers
    lost. `profit` is what is left of all that after its `discount` and `cost`, between `lower` and
    `upper` with a probability of 90 %; `planned_profit` was expected of it.
    """

    promotion_id: Name
    sku: Name
    channel: Name
    currency: Currency
    policy_id: Name
    starts_at: InstantText
    ends_at: InstantText
    price: PriceText
    units: Number
    usual_units: Number
    bought_ahead: Number
    taken_from_others: MoneyText
    discount: MoneyText
    cost: PriceText
    profit: MoneyText
    lower: MoneyText
    upper: MoneyText
    planned_profit: MoneyText
    time: InstantText
