"""A round of planning on a live shop: what waits, runs, loses, is over, or was declined."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest

from online_models.market.calendar import day_start
from online_models.studies.promotions.standing import StandingPlan
from schemas.records.prices.promotion_results import IDENTITY
from schemas.topics import topic
from schemas.values.instants import DAY, to_text
from streams.studies.promotions.live import LiveRound, next_round, promoted_windows
from tests.online_models.studies.promotions.promoted_shop import Shop, promoted_shop


@pytest.fixture(scope="module")
def shop() -> Shop:
    return promoted_shop("choke+pantry", 7, dear=1.3, promotions={"budget": "2000.00"})


def go(shop: Shop, made: list[StandingPlan], judged: Collection[tuple[Any, ...]] = ()) -> LiveRound:
    learnt = shop.learnt()
    windows = promoted_windows(learnt.shop, shop.recorded)
    found = next_round(learnt, windows, made, judged)
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
    shop.step(
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
        shop.step(shop.journal.day(shop.market.day(prices), day))
        day += 1
    assert [each["promotion_id"] for each in go(shop, sold).stopped] == [wrong.plan_id]
    assert go(shop, made).stopped == []
    while day_start(day) <= first_of_all.end + 2 * DAY:
        prices = shop.regular.copy()
        for each in others:
            if each.start <= day_start(day) < each.end:
                prices[shop.market.assortment.skus.index(each.sku)] = each.price
        shop.step(shop.journal.day(shop.market.day(prices), day))
        day += 1
    results = go(shop, made).results
    planned = [each for each in results if "planned_profit" in each]
    assert first_of_all.plan_id in {each["promotion_id"] for each in planned}
    assert one.plan_id not in {each["promotion_id"] for each in results}
    for each in results:
        assert float(each["lower"]) < float(each["profit"]) < float(each["upper"])
    for each in planned:
        assert each["units"] > each["usual_units"]
    judged = {tuple(each[name] for name in IDENTITY) for each in results}
    assert len(judged) == len(results)
    assert go(shop, made, judged).results == []


def test_what_the_merchant_announced_is_judged_once_it_is_over(shop: Shop) -> None:
    skus, day = shop.market.assortment.skus, shop.market.today
    terms = {
        "starts_at": day_start(day),
        "ends_at": day_start(day + 5),
        "discount": {"percent": "20%"},
    }
    shop.announce(day, {"promotion_id": "own", "select": {"skus": list(skus[:3])}, **terms})
    prices = shop.regular.copy()
    prices[:3] = prices[:3] * 80 // 100
    found: list[list[dict[str, Any]]] = []
    for later in range(9):
        at = prices if later < 5 else shop.regular
        shop.step(shop.journal.day(shop.market.day(at), day + later))
        own = [each for each in go(shop, []).results if each["promotion_id"] == "own"]
        found.append(own)
    # a window closes a day after its end, and the one after the promotion must be there, too
    assert [len(each) for each in found] == [0] * 6 + [0, 3, 3]
    for each in found[-1]:
        assert (each["starts_at"], each["ends_at"]) == (
            to_text(day_start(day)),
            to_text(day_start(day + 5)),
        )
        assert each["policy_id"] == "p"
        assert 0.5 < float(each["usual_units"]) < each["units"] * 2
    # it is no plan's, and what is judged is not judged again
    judged = {tuple(each[name] for name in IDENTITY) for each in found[-1]}
    assert not [r for r in go(shop, [], judged).results if r["promotion_id"] == "own"]


def test_a_promotion_that_is_announced_anew_is_judged_anew(shop: Shop) -> None:
    sku, day = shop.market.assortment.skus[4], shop.market.today
    for begin in (day, day + 30):
        terms = {"starts_at": day_start(begin), "ends_at": day_start(begin + 3)}
        again = {"promotion_id": "again", "select": {"skus": [sku]}, "discount": {"percent": "20%"}}
        shop.announce(begin, {**again, **terms})
        prices = shop.regular.copy()
        prices[4] = prices[4] * 80 // 100
        for later in range(30):
            at = prices if later < 3 else shop.regular
            shop.step(shop.journal.day(shop.market.day(at), begin + later))
    starts = [r["starts_at"] for r in go(shop, []).results if r["promotion_id"] == "again"]
    assert starts == [to_text(day_start(day)), to_text(day_start(day + 30))]
