"""`promotions`: campaigns, coupons and markdowns with a start and an end."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from schemas.records.policy.selection import Selector
from schemas.records.record import Event, Incoming
from schemas.values.fields import Attributes, Flag, Instant, Money, Name, Names, Share


class Discount(Incoming):
    """Exactly one of a share off, an amount off, or the promotional price itself."""

    percent: Share | None = None
    amount: Money | None = None
    price: Money | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Discount:
        given = [name for name in ("percent", "amount", "price") if getattr(self, name) is not None]
        if len(given) != 1:
            found = " and ".join(given) or "none"
            raise ValueError(f"needs exactly one of percent, amount or price, has {found}")
        return self


class Promotion(Event):
    """In force in [starts_at, ends_at); a discount of 0 % is an advertisement only.

    The numeric `attributes` (the first four names that occur) are features of demand; of several
    promotions in force at an offer the largest of each counts, whichever of them makes the price.
    """

    promotion_id: Name
    select: Selector = Selector()
    time: Instant | None = None
    channels: Names = ()
    starts_at: Instant
    ends_at: Instant
    discount: Discount
    kind: Literal["campaign", "coupon", "markdown"] = "campaign"
    attributes: Attributes = {}
    cancelled: Flag = False

    @model_validator(mode="after")
    def _ends_after_start(self) -> Promotion:
        if self.ends_at <= self.starts_at:
            raise ValueError("ends_at must be after starts_at")
        return self
