"""Plans of promotions for all offers whose policies ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import numpy as np

from online_models.studies.promotions import busy
from online_models.studies.promotions.candidates import (
    Learnt,
    PromotionTable,
    as_a_rule,
    joined,
    on_sale,
    promotion_table,
)
from online_models.studies.promotions.choice import Chosen, PromotionWorth, choose
from online_models.studies.promotions.gain import Gain
from online_models.studies.promotions.planned import PlannedPromotion
from online_models.studies.promotions.standing import StandingPlan
from schemas.records.policy.planning import Planning
from schemas.records.policy.pricing_policies import Policy
from schemas.values import money
from schemas.values.instants import DAY
from schemas.values.money import minor_digits
from schemas.values.percentages import to_ppm

#: What a promotion must add for certain (the interval's lower end), as a share of the discounts it
#: gives and of its cost: the best of many estimates are overestimates, and thin gains are mostly
#: that.
LEAST_RETURN = 0.1


def plan(learnt: Learnt, standing: Sequence[StandingPlan] = ()) -> list[PlannedPromotion]:
    """Plans beside those that stand, best first within each policy. The same past gives the same
    plans.
    """
    if not learnt.past.units.size:
        return []
    found: list[PlannedPromotion] = []
    for policy in learnt.shop.policies().values():
        for currency in learnt.shop.currencies():
            found += _plan(learnt, standing, policy, currency)
    return found


def _plan(
    learnt: Learnt,
    standing: Sequence[StandingPlan],
    policy: Policy,
    currency: str,
) -> list[PlannedPromotion]:
    """The plans of one policy's offers in one currency."""
    planning = policy.promotions
    assert planning is not None
    parts = list(on_sale(learnt, currency, policy))
    if not any(part.mine.any() for part in parts):
        return []
    digits = minor_digits(currency)
    cost = float(money.scaled(planning.cost, digits))
    among, groups, before = as_a_rule(learnt, parts)
    shelf = np.where(groups.category > 0, groups.category * (1 << 20) + groups.channel, -1)
    days = np.unique([max(length // DAY, 1) for length in planning.durations]).astype(np.int64)
    now = np.array([learnt.shop.now], dtype=np.int64)
    begin = int(parts[0].state.pricing.state.days.midnight_after(now)[0])
    calendar = begin + DAY * np.arange(max(planning.ahead // DAY, 1) + int(days.max()))
    promoted = busy.taken(parts, among, learnt.shop, standing, calendar)
    taken = busy.touched(promoted, shelf) | busy.touched(promoted, groups.sku)
    tables, first = [], 0
    for part in parts:
        whole = slice(first, first + len(part.rows))
        tables.append(
            promotion_table(
                learnt,
                part,
                before.take(np.arange(whole.start, whole.stop)[part.mine]),
                taken[whole][part.mine],
                planning,
                begin,
                days,
            )
        )
        first += len(part.rows)
    mine = np.concatenate([part.mine for part in parts])
    table = joined(tables)
    gains, on = table.gains, table.on
    most, least = on.worth.max(axis=1), np.where(on.worth > 0.0, on.worth, np.inf).min(axis=1)
    given = LEAST_RETURN * gains.discount
    sure = table.fits[:, :, None] & (gains.lower > given)
    sure &= (gains.lower - given) * least[:, None] > (1.0 + LEAST_RETURN) * cost
    sure &= gains.units * most[:, None] <= table.stock[:, None, None]
    worth = PromotionWorth(np.where(sure, gains.profit, 0.0), gains.discount, cost)
    spent = sum(each.spent for each in standing if each.of(policy.policy_id, currency))
    budget = float(money.scaled(planning.budget, digits)) - spent
    chosen = choose(worth, on, (shelf[mine], groups.sku[mine]), budget)
    return [
        _planned(learnt, policy, planning, currency, table, int(among[mine][each.offer]), each)
        for each in chosen
    ]


def _planned(
    learnt: Learnt,
    policy: Policy,
    planning: Planning,
    currency: str,
    table: PromotionTable,
    row: int,
    chosen: Chosen,
) -> PlannedPromotion:
    """The promotion that was chosen of the offer `row` among all."""
    offer, depth, start, length = chosen
    usual_days, begins = table.on.worth[offer, start, length], int(table.on.starts[start])
    daily = Gain(*(getattr(table.gains, f.name)[offer, depth, length] for f in fields(Gain)))
    sku, channel = learnt.shop.name(row)
    category = learnt.shop.groups.category
    cost = money.scaled(planning.cost, minor_digits(currency))
    return PlannedPromotion(
        sku=sku,
        channel=channel,
        currency=currency,
        policy=policy,
        start=begins,
        end=begins + int(table.on.lengths[length]) * DAY,
        depth=to_ppm(planning.depths[depth]),
        regular=int(table.regular[offer]),
        price=int(table.prices[offer, depth]),
        usual_units=float((daily.units - daily.extra) * usual_days),
        gain=daily.over(usual_days, cost),
        cost=cost,
        runs=int(learnt.responses.runs[category == category[row]].sum()),
    )
