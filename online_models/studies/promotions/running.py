"""Planned promotions that run or have run: whether the rest pays, and what they brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from online_models.numerics.arrays import Ints
from online_models.pricing.context.decision_context import DecisionContext
from online_models.studies.promotions.candidates import Learnt, as_a_rule, on_sale
from online_models.studies.promotions.gain import Gain, Sold, Usual, gain
from online_models.studies.promotions.standing import StandingPlan
from schemas.values.instants import DAY
from schemas.values.instants import to_text as instant_text
from schemas.values.money import minor_digits, texts


@dataclass(frozen=True)
class _PlannedOffer:
    """A plan's offer: its row among all, what a decision knows of it, and what it usually sells."""

    plan: StandingPlan
    row: Ints
    situation: DecisionContext
    before: Usual

    def gain(self, learnt: Learnt, before: Usual, days: int, sold: Sold | None = None) -> Gain:
        """What so many usual days of the promotion bring in all."""
        price = np.array([float(self.plan.price)])
        mine, length = learnt.responses.take(self.row), np.array([days], np.int64)
        (found,) = gain(self.situation, before, price, mine, length, sold)
        return found.over(days, 0.0)


def losing(learnt: Learnt, running: Sequence[StandingPlan]) -> list[StandingPlan]:
    """Those whose rest loses, even at the upper end of its 90 % interval."""
    now, found = learnt.shop.now, []
    for each in _offers(learnt, running):
        rest = max(-(-(each.plan.end - now) // DAY), 1)
        if float(each.gain(learnt, each.before, rest).upper[0]) < 0.0:
            found.append(each.plan)
    return found


def results(learnt: Learnt, ended: Sequence[StandingPlan]) -> Iterator[dict[str, Any]]:
    """Records of `promotion-results`, of those in whose time the offer really was promoted."""
    offset = learnt.shop.states[0].settings.demand.utc_offset_ms
    for each in _offers(learnt, ended):
        past, usual = learnt.past.take(each.row), learnt.responses.usual.take(each.row)
        begin, end = ((t + offset) // DAY - past.first for t in (each.plan.start, each.plan.end))
        days = np.arange(max(begin, 0), min(end, past.units.shape[1]))
        days = days[past.promoted[0, days]]
        expected = float(usual.units[0, days].sum())
        # on the last day it may still run, or be half counted
        if expected <= 0.0 or days[-1] == past.units.shape[1] - 1:
            continue
        units = float(past.units[0, days].sum())
        known = max(float(usual.known_from[0, days].sum()) / len(days), 1.0)
        before = replace(
            each.before,
            units=np.array([expected / len(days)]),
            deviation=np.array([np.sqrt(1.0 / known)]),
        )
        chance = 1.0 / max(units, 1.0) + learnt.responses.scatter
        sold = Sold(np.array([units]), np.array([chance]))
        brought = each.gain(learnt, before, len(days), sold)
        yield _record(each.plan, brought, units, expected, learnt.shop.now)


def _offers(learnt: Learnt, plans: Sequence[StandingPlan]) -> Iterator[_PlannedOffer]:
    """The plans' offers that are on sale, and whose policies there still are."""
    policies = learnt.shop.policies()
    asked: dict[tuple[str, str], list[StandingPlan]] = defaultdict(list)
    for plan in plans:
        if plan.policy_id in policies:
            asked[plan.policy_id, plan.currency].append(plan)
    for (policy_id, currency), some in asked.items():
        parts = list(on_sale(learnt, policies[policy_id], currency))
        if not parts:
            continue
        among, _, before = as_a_rule(learnt, parts)
        owner = np.repeat(np.arange(len(parts)), [len(part.rows) for part in parts])
        first = np.concatenate([[0], np.add.accumulate([len(part.rows) for part in parts])])
        places = {row: place for place, row in enumerate(among.tolist())}
        for plan in some:
            place = places.get(learnt.shop.row(plan.sku, plan.channel), -1)
            if place >= 0:
                part = int(owner[place])
                here = np.array([place - int(first[part])])
                yield _PlannedOffer(
                    plan,
                    among[[place]],
                    parts[part].situation.take(here),
                    before.take(np.array([place])),
                )


def _record(
    plan: StandingPlan, brought: Gain, units: float, expected: float, now: int
) -> dict[str, Any]:
    digits = minor_digits(plan.currency)

    def money(minor: float) -> str:
        return texts([round(minor)], digits)[0]

    profit, lower, upper, discount, taken, ahead = (
        float(getattr(brought, name)[0])
        for name in ("profit", "lower", "upper", "discount", "taken", "ahead")
    )
    return {
        "promotion_id": plan.plan_id,
        "sku": plan.sku,
        "channel": plan.channel,
        "currency": plan.currency,
        "policy_id": plan.policy_id,
        "starts_at": instant_text(plan.start),
        "ends_at": instant_text(plan.end),
        "price": money(plan.price),
        "units": round(units, 2),
        "usual_units": round(expected, 2),
        "bought_ahead": round(ahead, 2),
        "taken_from_others": money(taken),
        "discount": money(discount),
        "cost": money(plan.cost),
        "profit": money(profit - plan.cost),
        "lower": money(lower - plan.cost),
        "upper": money(upper - plan.cost),
        "planned_profit": money(plan.profit),
        "time": instant_text(now),
    }
