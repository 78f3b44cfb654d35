"""Plans of promotions for all offers whose policies ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from online_models.demand.observations import Observations
from online_models.fold.state import State
from online_models.plans.choice import choose
from online_models.plans.gain import Gain, gain, usual
from online_models.plans.past import Past
from online_models.plans.pull_forward import PullForward, pull_forward
from online_models.plans.windows import windows
from online_models.pricing.bounds import limits
from online_models.pricing.promotions import discounted
from online_models.pricing.situation import Situation
from schemas import money
from schemas.instants import DAY
from schemas.percentages import to_ppm
from schemas.policies import Planning, Policy
from schemas.promotions import Discount

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: What a promotion must add for certain (the interval's lower end), as a share of the discounts it
#: gives: the best of many estimates are overestimates, and thin gains are mostly that.
LEAST_RETURN = 0.1


@dataclass(frozen=True)
class Plan:
    """One promotion of an offer row in [start, end) ms; prices in minor units, and what it brings
    in all (`gain`: scalars). `ahead`, its deviation and `episodes` say what is known of buying
    ahead in the offer's category.
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
    ahead: float
    ahead_deviation: float
    episodes: int


def plan(state: State, parts: Sequence[Observations]) -> list[Plan]:
    """Plans from the state that a fold of the past has reached and the buckets that it closed on
    the way, best first within each policy. The same past gives the same plans.
    """
    pricing, catalogue = state.pricing, state.catalogue
    pricing.grow()
    ledger, offers, skus = pricing.ledger, catalogue.offers, catalogue.skus
    past = Past.of(parts, offers.size, state.settings.demand.utc_offset)
    category = state.demand.registry.category_row[: offers.size]
    ahead = pull_forward(past, category, len(state.demand.tree), offers.channel.astype(np.int64))
    sku = offers.sku
    on_sale = offers.listed & skus.known[sku] & ~skus.retired[sku] & (ledger.price > 0)
    found: list[Plan] = []
    for slot, policy in enumerate(pricing.book.slots):
        if policy is None or policy.promotions is None:
            continue
        mine = np.flatnonzero(on_sale & (ledger.policy == slot))
        for currency in np.unique(skus.currency[sku[mine]]).tolist():
            rows = mine[skus.currency[sku[mine]] == currency]
            found += _plan(state, past, ahead, policy, policy.promotions, slot, rows)
    return found


def _plan(
    state: State,
    past: Past,
    by_category: PullForward,
    policy: Policy,
    planning: Planning,
    slot: int,
    rows: Ints,
) -> list[Plan]:
    """The plans of one policy's offers in one currency."""
    catalogue, pricing = state.catalogue, state.pricing
    digits = int(catalogue.skus.digits[catalogue.offers.sku[rows[0]]])
    now = np.full(len(rows), state.clock.now, dtype=np.int64)
    situation = Situation(pricing.world, pricing.book.terms(slot, digits), rows, now)
    row = state.demand.registry.category_row[rows]
    ahead = PullForward(*(getattr(by_category, f.name)[row] for f in fields(PullForward)))
    seen = past.price[rows]
    regular = np.where(np.isnan(seen), situation.base, np.rint(seen)).astype(np.int64)
    channels = len(catalogue.channel_names)
    group = np.where(row > 0, row * channels + situation.channel, -1)
    before = usual(situation, regular.astype(np.float64), group, len(state.demand.tree) * channels)
    everyone = np.ones(len(rows), dtype=np.bool_)
    least = limits(situation, everyone, ~everyone).low
    depths = [to_ppm(depth) for depth in planning.depths]
    off = [Discount(percent=depth) for depth in planning.depths]
    prices = np.array([[discounted(d, r, digits) for d in off] for r in regular.tolist()])
    gains = [
        gain(situation, state.demand, before, at.astype(np.float64), ahead, past.typical_depth)
        for at in prices.T
    ]
    table = Gain(*(np.stack([getattr(g, f.name) for g in gains], 1) for f in fields(Gain)))
    days = np.array([max(length // DAY, 1) for length in planning.durations], dtype=np.int64)
    begin = int(pricing.world.days.midnight_after(now[:1])[0])
    on = windows(state, past, rows, begin, max(planning.ahead // DAY, 1), days)
    sure = table.lower > LEAST_RETURN * table.discount
    sure &= (prices >= least[:, None]) & (prices < regular[:, None])
    stock = np.where(situation.on_hand >= 0, situation.on_hand, np.inf)
    sure &= table.units * on.worth.max(axis=(1, 2))[:, None] <= stock[:, None]
    profit = np.where(sure, table.lower, 0.0)
    budget = float(money.scaled(planning.budget, digits))
    plans = []
    for offer, depth, start, length in choose(profit, table.discount, on, group, budget):
        worth = on.worth[offer, start, length]
        begins = int(on.starts[start])
        whole = Gain(*(getattr(table, f.name)[offer, depth] * worth for f in fields(Gain)))
        plans.append(
            Plan(
                offer=int(rows[offer]),
                policy=policy,
                start=begins,
                end=begins + int(days[length]) * DAY,
                depth=depths[depth],
                regular=int(regular[offer]),
                price=int(prices[offer, depth]),
                usual_units=float(before.units[offer] * worth),
                gain=whole,
                ahead=float(ahead.share[offer]),
                ahead_deviation=float(ahead.deviation[offer]),
                episodes=int(ahead.episodes[offer]),
            )
        )
    return plans
