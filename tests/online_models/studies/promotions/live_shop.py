"""A shop whose promotions are planned, started, watched and judged as it goes on."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any, NamedTuple

from online_models.market.calendar import day_start
from online_models.studies.promotions.brought import results
from online_models.studies.promotions.ended import ended_plans
from online_models.studies.promotions.plan import plan
from online_models.studies.promotions.planned import PlannedPromotion, record
from online_models.studies.promotions.running import losing
from online_models.studies.promotions.standing import StandingPlan
from tests.online_models.studies.promotions.promoted_shop import AFTER, Shop, earned

#: Days from one round of planning to the next.
EVERY = 7


class Lived(NamedTuple):
    """Profit added to the market's expected profit, minor units; the plans that were started, those
    that were stopped, what each is said to have brought, and what each really adds to those that
    stood before it.
    """

    added: float
    started: list[StandingPlan]
    stopped: list[StandingPlan]
    results: list[dict[str, Any]]
    true: dict[str, float]


def live(shop: Shop, days: int, *, judged: bool = False) -> Lived:
    """Go on for so many days, in which every plan is started; then until all that follows from them
    has happened. What each plan really adds is only found where it is `judged`.
    """
    goods, undisturbed = shop.market.assortment, copy.deepcopy(shop.market)
    started: list[StandingPlan] = []
    stopped: list[StandingPlan] = []
    true: dict[str, float] = {}
    added, last = 0.0, shop.days + days + AFTER
    for day in range(shop.days, last):
        now = day_start(day)
        standing = [each for each in started if each.end > now and each not in stopped]
        if (day - shop.days) % EVERY == 0 and day < shop.days + days:
            learnt = shop.learnt()
            ends = losing(learnt, [each for each in standing if each.start <= now])
            stopped += ends
            shop.announce(day, *({**each.document, "cancelled": True} for each in ends))
            standing = [each for each in standing if each not in ends]
            planned = plan(learnt, standing)
            if judged:
                true |= _in_turn(shop, standing, planned)
            new = [StandingPlan.read(record(each, now)) for each in planned]
            started += new
            standing += new
            shop.announce(day, *(each.document for each in new))
        prices = shop.regular.copy()
        for each in standing:
            if each.start <= now < each.end:
                prices[goods.skus.index(each.sku)] = each.price
        added += shop.market.expected_profit(prices)
        added -= undisturbed.expected_profit(shop.regular)
        undisturbed.day(shop.regular)
        shop.step(shop.journal.day(shop.market.day(prices), day))
    learnt = shop.learnt()
    found = results(learnt, ended_plans(learnt, [each for each in started if each not in stopped]))
    return Lived(float(added), started, stopped, list(found), true)


def _in_turn(
    shop: Shop, standing: Sequence[StandingPlan], planned: Sequence[PlannedPromotion]
) -> dict[str, float]:
    """What each of the planned promotions adds, where those before it go ahead."""
    before: list[StandingPlan | PlannedPromotion] = list(standing)
    without, found = earned(shop, before), {}
    for each in planned:
        before.append(each)
        with_it = earned(shop, before)
        found[each.plan_id] = with_it - without
        without = with_it
    return found
