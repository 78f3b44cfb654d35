"""Plans of promotions for all offers whose policies ask for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from hashlib import blake2b
from typing import Any

import numpy as np

from online_models.demand.inputs.observations import Observations
from online_models.fold.state import State
from online_models.numerics.arrays import Ints
from online_models.pricing.context.decision_context import DecisionContext
from online_models.pricing.guardrails.bounds import limits
from online_models.pricing.state.promotions import discounted
from online_models.shop.catalogue import PPM, Catalogue
from online_models.studies.promotions.choice import choose
from online_models.studies.promotions.gain import Gain, gain, usual
from online_models.studies.promotions.past import PastSales, windows
from online_models.studies.promotions.response import Groups, LearntResponses, respond
from schemas.records.policy.planning import Planning
from schemas.records.policy.pricing_policies import Policy
from schemas.records.shop.promotions import Discount
from schemas.values import money
from schemas.values.instants import DAY
from schemas.values.instants import to_text as instant_text
from schemas.values.money import texts
from schemas.values.percentages import to_ppm
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


#: What a promotion must add for certain (the interval's lower end), as a share of the discounts it
#: gives: the best of many estimates are overestimates, and thin gains are mostly that.
LEAST_RETURN = 0.1


@dataclass(frozen=True)
class PlannedPromotion:
    """One promotion of an offer row in [start, end) ms; prices in minor units, and what it brings
    in all (`gain`: scalars). It rests on `runs` earlier promotions of the category.
    """

    offer: int
    policy: Policy
    start: int
    end: int
    depth: int
    regular: int
    price: int
    usual_units: float
    gain: Gain
    runs: int


def plan(state: State, parts: Sequence[Observations]) -> list[PlannedPromotion]:
    """Plans from the state that a fold of the past has reached and the windows that it closed on
    the way, best first within each policy. The same past gives the same plans.
    """
    pricing, catalogue = state.pricing, state.catalogue
    pricing.grow()
    ledger, offers, skus = pricing.ledger, catalogue.offers, catalogue.skus
    past = PastSales.of(parts, offers.size, state.settings.demand.utc_offset_ms)
    category = state.demand.registry.category_row[: offers.size]
    sku = offers.sku
    groups = Groups(category, sku.astype(np.int64), offers.channel.astype(np.int64))
    learnt = respond(past, groups, len(state.demand.tree))
    on_sale = offers.listed & skus.known[sku] & ~skus.retired[sku] & (ledger.price > 0)
    found: list[PlannedPromotion] = []
    for slot, policy in enumerate(pricing.book.slots):
        if policy is None or policy.promotions is None:
            continue
        mine = np.flatnonzero(on_sale & (ledger.policy == slot))
        for currency in np.unique(skus.currency[sku[mine]]).tolist():
            peers = np.flatnonzero(on_sale & (skus.currency[sku] == currency))
            found += _plan(state, past, learnt, groups, policy, policy.promotions, slot, peers)
    return found


def _plan(
    state: State,
    past: PastSales,
    learnt: LearntResponses,
    groups: Groups,
    policy: Policy,
    planning: Planning,
    slot: int,
    peers: Ints,
) -> list[PlannedPromotion]:
    """The plans of one policy's offers in one currency; `peers` are all that are on sale in it."""
    pricing = state.pricing
    digits = int(state.catalogue.skus.digits[state.catalogue.offers.sku[peers[0]]])
    now = np.full(len(peers), state.clock.now, dtype=np.int64)
    everybody = DecisionContext(pricing.state, pricing.book.terms(slot, digits), peers, now)
    seen = past.regular[peers, -1]
    price = np.where(np.isnan(seen), everybody.regular_price, np.rint(seen))
    mine = pricing.ledger.policy[peers] == slot
    before = usual(everybody, price, Groups(*(each[peers] for each in groups))).take(mine)
    situation, rows, regular = everybody.take(mine), peers[mine], price[mine].astype(np.int64)
    here = Groups(*(each[rows] for each in groups))
    everyone = np.ones(len(rows), dtype=np.bool_)
    least = limits(situation, everyone, ~everyone, ~everyone).low
    depths = [to_ppm(depth) for depth in planning.depths]
    off = [Discount(percent=depth) for depth in planning.depths]
    prices = np.array([[discounted(d, r, digits) for d in off] for r in regular.tolist()])
    days = np.unique([max(length // DAY, 1) for length in planning.durations]).astype(np.int64)
    gains = [gain(situation, before, at.astype(np.float64), learnt, rows, days) for at in prices.T]
    table = Gain(
        *(np.stack([[getattr(g, f.name) for g in at] for at in gains], 1).T for f in fields(Gain))
    )
    begin = int(pricing.state.days.midnight_after(now[:1])[0])
    on = windows(state, past, rows, begin, max(planning.ahead // DAY, 1), days)
    tried = np.array(depths) <= past.deepest * PPM + 0.5
    fits = tried & (prices >= least[:, None]) & (prices < regular[:, None])
    stock = np.where(situation.on_hand >= 0, situation.on_hand, np.inf)
    sure = fits[:, :, None] & (table.lower > LEAST_RETURN * table.discount)
    sure &= table.units * on.worth.max(axis=1)[:, None] <= stock[:, None, None]
    profit = np.where(sure, table.profit, 0.0)
    budget = float(money.scaled(planning.budget, digits))
    shelf = np.where(here.category > 0, here.category * (1 << 20) + here.channel, -1)
    apart = shelf, here.sku
    plans = []
    for offer, depth, start, length in choose(profit, table.discount, on, apart, budget):
        worth = on.worth[offer, start, length]
        begins = int(on.starts[start])
        whole = Gain(*(getattr(table, f.name)[offer, depth, length] * worth for f in fields(Gain)))
        plans.append(
            PlannedPromotion(
                offer=int(rows[offer]),
                policy=policy,
                start=begins,
                end=begins + int(days[length]) * DAY,
                depth=depths[depth],
                regular=int(regular[offer]),
                price=int(prices[offer, depth]),
                usual_units=float((table.units - table.extra)[offer, depth, length] * worth),
                gain=whole,
                runs=int(learnt.runs[groups.category == here.category[offer]].sum()),
            )
        )
    return plans
