"""A plan as a record of `promotion-plans`, its reason in words."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from online_models.shop.catalogue import PPM, Catalogue
from online_models.studies.promotions.plan import PlannedPromotion
from schemas.values.instants import DAY
from schemas.values.instants import to_text as instant_text
from schemas.values.money import texts
from schemas.values.percentages import to_text as percent_text


def record(plan: PlannedPromotion, catalogue: Catalogue, now: int) -> dict[str, Any]:
    """The JSON of a plan made at `now` (ms), which is that of its promotion, too; `expected` is
    what it adds.
    """
    sku, channel = catalogue.offer_name(plan.offer)
    row = int(catalogue.offers.sku[plan.offer])
    currency = catalogue.currency_names[catalogue.skus.currency[row]]
    digits = int(catalogue.skus.digits[row])

    def money(minor: float) -> str:
        return texts([round(minor)], digits)[0]

    gain = plan.gain
    starts_at, ends_at = instant_text(plan.start), instant_text(plan.end)
    depth = percent_text(Decimal(plan.depth) / PPM)
    named = "\0".join([plan.policy.policy_id, sku, channel, starts_at, ends_at, depth])
    plan_id = blake2b(named.encode(), digest_size=8).hexdigest()
    return {
        "plan_id": plan_id,
        "sku": sku,
        "channel": channel,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "depth": depth,
        "expected": {
            "units": round(float(gain.extra - gain.ahead), 2),
            "revenue": money(float(gain.revenue)),
            "profit": money(float(gain.profit)),
            "lower": money(float(gain.lower)),
            "upper": money(float(gain.upper)),
        },
        "reason": _reason(plan, money, currency),
        "currency": currency,
        "price": money(plan.price),
        "policy_id": plan.policy.policy_id,
        "time": instant_text(now),
        "effects": {
            "usual_units": round(plan.usual_units, 2),
            "units": round(float(gain.units), 2),
            "bought_ahead": round(float(gain.ahead), 2),
            "taken_from_others": money(float(gain.taken)),
            "discount": money(float(gain.discount)),
        },
        # what `promotions` asks for: the record can be sent there as it stands
        "promotion_id": plan_id,
        "select": {"skus": [sku]},
        "channels": [channel],
        "discount": {"percent": depth},
    }


def _reason(plan: PlannedPromotion, money: Callable[[float], str], currency: str) -> str:
    gain = plan.gain
    days = (plan.end - plan.start) // DAY
    known = f"{plan.runs} earlier promotions of its category tell"
    if not plan.runs:
        known = "its category never had a promotion: those of the others tell"
    return (
        f"{money(plan.price)} instead of {money(plan.regular)} {currency} for {days} days sells "
        f"{float(gain.units):.1f} instead of {plan.usual_units:.1f} ({known}). Of the "
        f"{float(gain.extra):.1f} more, {float(gain.ahead):.1f} are bought ahead and missing "
        f"later, and other offers lose {money(float(gain.taken))} of profit. That leaves "
        f"{money(float(gain.profit))} (90 %: {money(float(gain.lower))} to "
        f"{money(float(gain.upper))}) for discounts of {money(float(gain.discount))}."
    )
