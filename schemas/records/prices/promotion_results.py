"""`promotion-results`: what a promotion brought."""

from __future__ import annotations

from schemas.records.record import Outgoing
from schemas.values.fields import (
    Count,
    Currency,
    InstantText,
    MoneyText,
    Name,
    Number,
    PriceText,
    Text,
)

#: What a result has in no other.
IDENTITY = ("promotion_id", "sku", "channel", "starts_at")


class PromotionTogether(Outgoing):
    """What a promotion brought at all of its offers of one currency that ended at one time: their
    profits' sum, between `lower` and `upper` with a probability of 90 %. What they err in alike
    adds up in it, and what each errs in by itself evens out in part.
    """

    offers: Count
    profit: MoneyText
    lower: MoneyText
    upper: MoneyText


class PromotionResult(Outgoing):
    """What a promotion that is over brought at one offer: a planned one, or one that the merchant
    announced himself, which has no `planned_profit`.

    `units` were sold in it where `usual_units` would have been without; of what it sold more,
    `bought_ahead` units are missing later, and `taken_from_others` is profit that other offers
    lost which were not promoted then; `brought_along` is profit of what is bought along, so far as
    earlier promotions have shown it. `profit` is what is left of all that after its `discount` and
    `cost`, between `lower` and `upper` with a probability of 90 %; `planned_profit` was expected of
    it. `assumes` says what that rests on, and `control_units` how many units were sold meanwhile by
    offers of the channel without a promotion: at 0 there is nothing to compare with but the days
    before. One that was announced is said to last from the first window in which it was in force to
    the end of the last, at the `price` that its units were sold at on average. One of several
    offers says in each record what it brought `together`.
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
    planned_profit: MoneyText | None = None
    time: InstantText
    brought_along: MoneyText | None = None
    control_units: Number | None = None
    assumes: Text | None = None
    together: PromotionTogether | None = None
