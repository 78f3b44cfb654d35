"""A round of planning on a live shop: what waits, runs, loses, is over, or was declined."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from online_models.market.calendar import day_start
from online_models.studies.promotions.standing import StandingPlan
from schemas.topics import topic
from schemas.values.instants import DAY
from streams.studies.promotions.live import LiveRound, next_round
from tests.online_models.studies.promotions.promoted_shop import Shop, promoted_shop


@pytest.fixture(scope="module")
def shop() -> Shop:
    return promoted_shop("choke+pantry", 7, dear=1.3, promotions={"budget": "2000.00"})


def go(shop: Shop, made: list[StandingPlan], judged: set[Any] | None = None) -> LiveRound:
    found = next_round(shop.learnt(), made, judged or set())
    for name, value in found.records():
        topic(name).adapter.validate_python(value)
    return found


def spent(plans: list[StandingPlan]) -> int:
    return sum(each.spent for each in plans)


def test_a_plan_is_made_once_started_ended_and_judged(shop: Shop) -> None:
    first = go(shop, [])
    made = [StandingPlan.read(each) for each in first.plans]
    assert made
    assert not first.started
    # those that wait keep their places and their part of the budget
    again = [StandingPlan.read(each) for each in go(shop, made).plans]
    assert spent(made) + spent(again) <= 200_000
    taken = {(each.sku, each.channel) for each in made}
    assert taken.isdisjoint((each.sku, each.channel) for each in again)
    # declined, a plan costs nothing, and is not made again
    one, *others = made
    today = shop.days
    shop.announce(today, {**one.document, "cancelled": True})
    found = go(shop, made)
    assert one.sku not in {each["sku"] for each in found.plans}
    # by a policy that starts them, those that wait are started
    shop.fold.step(
        shop.journal.opening(
            [{"policy_id": "p", "promotions": {"budget": "2000.00", "start": "start"}}]
        )
    )
    found = go(shop, made)
    assert {each["promotion_id"] for each in found.started} >= {each.plan_id for each in others}
    assert one.plan_id not in {each["promotion_id"] for each in found.started}
    shop.announce(today, *(each.document for each in others))
    known = {each.plan_id for each in made}
    assert known.isdisjoint(each["promotion_id"] for each in go(shop, made).started)
    # a promotion at such a price loses, whatever is sold
    first_of_all = min(others, key=lambda each: each.start)
    wrong = replace(first_of_all, price=first_of_all.price // 20)
    sold = [each if each is not first_of_all else wrong for each in made]
    day = today
    while day_start(day) <= first_of_all.start:
        prices = shop.regular.copy()
        shop.fold.step(shop.journal.day(shop.market.day(prices), day))
        day += 1
    assert [each["promotion_id"] for each in go(shop, sold).stopped] == [wrong.plan_id]
    assert go(shop, made).stopped == []
    while day_start(day) <= first_of_all.end + 2 * DAY:
        prices = shop.regular.copy()
        for each in others:
            if each.start <= day_start(day) < each.end:
                prices[shop.market.assortment.skus.index(each.sku)] = each.price
        shop.fold.step(shop.journal.day(shop.market.day(prices), day))
        day += 1
    results = go(shop, made).results
    assert first_of_all.plan_id in {each["promotion_id"] for each in results}
    assert one.plan_id not in {each["promotion_id"] for each in results}
    for each in results:
        assert float(each["lower"]) < float(each["profit"]) < float(each["upper"])
        assert each["units"] > each["usual_units"]
    judged = {each["promotion_id"] for each in results}
    assert go(shop, made, judged).results == []
