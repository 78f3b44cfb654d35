"""What promotions sell along: where to look is told by baskets, how much by what was sold."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.batch import FORCED, BatchBuilder, Fact, Kind, SourcePartition
from online_models.market.calendar import day_start
from online_models.studies.promotions.along import BoughtAlong
from online_models.studies.promotions.candidates import Learnt
from online_models.studies.promotions.plan import plan
from online_models.studies.promotions.planned import record
from online_models.studies.promotions.response import SoldAlong
from online_models.studies.promotions.whole_shop import WholeShop
from schemas.topics import topic
from schemas.values.instants import MINUTE
from tests.online_models.studies.promotions.meal_market import MealMarket, counted_along
from tests.online_models.studies.promotions.promoted_shop import Shop, promoted_shop

SEEDS = (1, 2, 3)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_would_have_come_anyway_brings_nothing_along(seed: int) -> None:
    found = counted_along(MealMarket(seed, shock=0.2), seed)
    assert abs(found.along.mean) < 2.5 * found.along.deviation
    assert found.said == found.true == 0.0


@pytest.mark.parametrize("seed", SEEDS)
def test_what_goes_with_it_is_counted(seed: int) -> None:
    found = counted_along(MealMarket(seed, goes_with=0.4), seed)
    assert found.along.known
    assert 0.6 < found.said / found.true < 1.6


@pytest.mark.parametrize("seed", SEEDS)
def test_of_what_more_visitors_buy_no_more_than_there_is_is_counted(seed: int) -> None:
    found = counted_along(MealMarket(seed, pull=1.0), seed)
    assert found.along.known
    assert 0.0 < found.said < 0.5 * found.true


def test_a_plan_counts_what_is_bought_along_and_says_so() -> None:
    shop = promoted_shop("choke+pantry", 8, dear=1.3, days=120)
    learnt = shop.learnt()
    before = {each.plan_id: each for each in plan(learnt)}
    assert before
    assert {float(each.gain.along) for each in before.values()} == {0.0}
    found = {each.plan_id: each for each in plan(_with_company(shop, learnt, SoldAlong(0.8, 0.1)))}
    both = found.keys() & before.keys()
    assert both
    for name in both:
        value = record(found[name], shop.state.clock.now)
        topic("promotion-plans").adapter.validate_python(value)
        assert float(value["effects"]["brought_along"]) > 0.0
        assert "what is bought along leaves" in value["reason"]
        added = float(found[name].gain.profit - before[name].gain.profit)
        assert added == pytest.approx(float(found[name].gain.along), rel=1e-6)
    # what promotions have not shown is not counted
    unsure = plan(_with_company(shop, learnt, SoldAlong(0.3, 0.3)))
    assert {float(each.gain.profit) for each in unsure} == {
        float(each.gain.profit) for each in before.values()
    }


def _with_company(shop: Shop, learnt: Learnt, along: SoldAlong) -> Learnt:
    """Each offer has company of another category in three more of ten baskets."""
    category = shop.market.assortment.category
    first = np.arange(0, len(category) - 1)
    second = np.array([np.flatnonzero(category != category[k])[k % 7] for k in first.tolist()])
    company = BoughtAlong(first, second, np.full(len(first), 0.3))
    responses = [replace(each, along=along) for each in learnt.responses.responses]
    return replace(
        learnt, company=company, responses=learnt.responses._replace(responses=responses)
    )


def test_baskets_are_those_that_the_shop_learns_to_recommend() -> None:
    fold, orders = Fold(FoldSettings()), SourcePartition("orders", 0)
    rows, facts = BatchBuilder(), SourcePartition("facts", 0)
    policy = {"policy_id": "p", "strategy": [{"kind": "keep"}], "recommend": {"number": 1}}
    money = {"currency": "EUR", "price": "9.00", "cost": "5.00"}
    products = {"pasta": "dry", "spaghetti": "dry", "sauce": "jars", "soap": "care"}
    values = [("pricing-policies", None, policy)]
    values += [
        ("products", sku, {"sku": sku, "name": sku, "category": category, **money})
        for sku, category in products.items()
    ]
    for place, (name, sku, value) in enumerate(values):
        fact = rows.fact(Fact(name, sku, json.dumps(value).encode()))
        rows.add(Kind.FACT, day_start(0), facts, offset=place, detail=fact, sku=rows.text(sku))
    rows.add(Kind.TICK, day_start(0), flag=FORCED)
    fold.step(rows.batch())
    rows = BatchBuilder()
    for number in range(1, 241):
        basket = [["pasta", "spaghetti", "sauce"], ["soap"]][number % 2]
        for sku in basket:
            rows.add(
                Kind.ORDER,
                day_start(0) + MINUTE,
                orders,
                offset=number,
                sku=rows.text(sku),
                channel=rows.text("web"),
                currency=rows.text("EUR"),
                amount=900,
                extra=number,
            )
    rows.add(Kind.TICK, day_start(0) + MINUTE, flag=FORCED)
    fold.step(rows.batch())
    rows = BatchBuilder()
    rows.add(Kind.TICK, day_start(0) + 10 * MINUTE, flag=FORCED)
    fold.step(rows.batch())
    shop = WholeShop.of([fold.state])
    company = BoughtAlong.of(shop)
    pairs = {
        (shop.name(a)[0], shop.name(b)[0])
        for a, b in zip(company.offer.tolist(), company.along.tolist(), strict=True)
    }
    # those of one category only take from each other
    assert pairs == {
        ("pasta", "sauce"),
        ("spaghetti", "sauce"),
        ("sauce", "pasta"),
        ("sauce", "spaghetti"),
    }
    assert company.probability == pytest.approx(0.5, abs=0.05)
