"""A planned promotion, and its record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from online_models.shop.catalogue import PPM
from online_models.studies.promotions.gain import Gain
from schemas.records.policy.pricing_policies import Policy
from schemas.values.instants import DAY
from schemas.values.instants import to_text as instant_text
from schemas.values.money import minor_digits, texts
from schemas.values.percentages import to_text as percent_text


@dataclass(frozen=True)
class PlannedPromotion:
    """One promotion of an offer in [start, end) ms; money in minor units of `currency`.

    gain: what it brings in all, scalars, less `cost`, which is that of the promotion itself. It
    rests on `runs` earlier promotions of the category.
    """

    sku: str
    channel: str
    currency: str
    policy: Policy
    start: int
    end: int
    depth: int
    regular: int
    price: int
    usual_units: float
    gain: Gain
    cost: int
    runs: int

    @property
    def plan_id(self) -> str:
        """Says what is planned: the same plan has the same id."""
        starts_at, ends_at = instant_text(self.start), instant_text(self.end)
        depth = percent_text(Decimal(self.depth) / PPM)
        what = [self.policy.policy_id, self.sku, self.channel, starts_at, ends_at, depth]
        return blake2b("\0".join(what).encode(), digest_size=8).hexdigest()


def record(plan: PlannedPromotion, now: int) -> dict[str, Any]:
    """The JSON of a plan made at `now` (ms), which is that of its promotion, too; `expected` is
    what it adds.
    """
    digits = minor_digits(plan.currency)

    def money(minor: float) -> str:
        return texts([round(minor)], digits)[0]

    gain, depth = plan.gain, percent_text(Decimal(plan.depth) / PPM)
    return {
        "plan_id": plan.plan_id,
        "sku": plan.sku,
        "channel": plan.channel,
        "starts_at": instant_text(plan.start),
        "ends_at": instant_text(plan.end),
        "depth": depth,
        "expected": {
            "units": round(float(gain.extra - gain.ahead), 2),
            "revenue": money(float(gain.revenue)),
            "profit": money(float(gain.profit)),
            "lower": money(float(gain.lower)),
            "upper": money(float(gain.upper)),
        },
        "reason": _reason(plan, money),
        "currency": plan.currency,
        "price": money(plan.price),
        "policy_id": plan.policy.policy_id,
        "time": instant_text(now),
        "effects": {
            "usual_units": round(plan.usual_units, 2),
            "units": round(float(gain.units), 2),
            "bought_ahead": round(float(gain.ahead), 2),
            "taken_from_others": money(float(gain.taken)),
            "brought_along": money(float(gain.along)),
            "discount": money(float(gain.discount)),
            "cost": money(plan.cost),
        },
        # what `promotions` asks for: the record can be sent there as it stands
        "promotion_id": plan.plan_id,
        "select": {"skus": [plan.sku]},
        "channels": [plan.channel],
        "discount": {"percent": depth},
    }


def _reason(plan: PlannedPromotion, money: Callable[[float], str]) -> str:
    gain = plan.gain
    days = (plan.end - plan.start) // DAY
    known = f"{plan.runs} earlier promotions of its category tell"
    if not plan.runs:
        known = "its category never had a promotion: those of the others tell"
    along = ""
    if round(float(gain.along)):
        along = f", and what is bought along leaves {money(float(gain.along))} more"
    itself = f" and {money(plan.cost)} for the promotion itself" if plan.cost else ""
    return (
        f"{money(plan.price)} instead of {money(plan.regular)} {plan.currency} for {days} days "
        f"sells {float(gain.units):.1f} instead of {plan.usual_units:.1f} ({known}). Of the "
        f"{float(gain.extra):.1f} more, {float(gain.ahead):.1f} are bought ahead and missing "
        f"later, and other offers lose {money(float(gain.taken))} of profit{along}. That leaves "
        f"{money(float(gain.profit))} (90 %: {money(float(gain.lower))} to "
        f"{money(float(gain.upper))}) for discounts of {money(float(gain.discount))}{itself}."
    )
