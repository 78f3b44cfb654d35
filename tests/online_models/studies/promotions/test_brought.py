"""What announced promotions are said to have brought, judged by the truth of a market."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from online_models.market.calendar import day_start
from online_models.studies.promotions.ended import JUDGED_WITHIN
from schemas.topics import topic
from schemas.values.instants import to_text
from tests.online_models.studies.promotions.announced import Announced, announced, judged
from tests.online_models.studies.promotions.promoted_shop import WEEK, Shop, promoted_shop

OFFERS = 30


class Promoted(NamedTuple):
    """A shop that promoted three offers, then a category but for one offer, then everything."""

    shop: Shop
    first_day: int
    offers: list[Announced]
    category: Announced
    everything: Announced


@pytest.fixture(scope="module")
def promoted() -> Promoted:
    shop = promoted_shop("choke+pantry", 11, OFFERS, days=120, dear=1.2)
    category = shop.market.assortment.category
    day = shop.market.today
    offers = announced(shop, [np.array([k]) for k in (3, 12, 21)], [20, 10, 25])
    (some,) = announced(shop, [np.flatnonzero(category == category[0])[:-1]], [20])
    (everything,) = announced(shop, [np.arange(OFFERS)], [20])
    return Promoted(shop, day, offers, some, everything)


def test_what_single_offers_brought_lies_in_the_interval(promoted: Promoted) -> None:
    for each in promoted.offers:
        (record,) = each.records
        topic("promotion-results").adapter.validate_python(record)
        assert each.lower < each.true < each.upper
        assert "planned_profit" not in record
        assert record["starts_at"] == to_text(day_start(promoted.first_day))
        assert record["ends_at"] == to_text(day_start(promoted.first_day + WEEK))
    said, true = (sum(getattr(e, name) for e in promoted.offers) for name in ("profit", "true"))
    assert said == pytest.approx(true, rel=0.5)


def test_a_result_says_what_it_was_compared_with(promoted: Promoted) -> None:
    (record,) = promoted.offers[0].records
    assert record["control_units"] > 20 * WEEK
    assert "without a promotion on web did" in record["assumes"]
    assert "not counted" in record["assumes"]


def test_offers_promoted_together_take_nothing_from_each_other(promoted: Promoted) -> None:
    assert len(promoted.everything.records) == OFFERS
    assert {each["taken_from_others"] for each in promoted.everything.records} == {"0.00"}
    assert all(float(each["taken_from_others"]) > 0.0 for each in promoted.category.records)
    for some in (promoted.category, promoted.everything):
        assert some.lower < some.true < some.upper
        assert some.profit == pytest.approx(some.true, abs=0.25 * (some.upper - some.lower))


def test_offers_say_what_they_brought_together(promoted: Promoted) -> None:
    for some in (promoted.category, promoted.everything):
        together = some.records[0]["together"]
        assert all(each["together"] == together for each in some.records)
        assert together["offers"] == len(some.records)
        lower, profit, upper = (
            sum(float(each[name]) for each in some.records) for name in ("lower", "profit", "upper")
        )
        assert float(together["profit"]) == pytest.approx(profit)
        # what each errs in by itself evens out in part
        width = float(together["upper"]) - float(together["lower"])
        assert 0.5 * (upper - lower) < width < 0.95 * (upper - lower)
    assert all("together" not in each.records[0] for each in promoted.offers)


def test_an_advertisement_without_a_discount_has_a_result() -> None:
    shop = promoted_shop("log_linear", 5, 10, days=70)
    day, skus = shop.market.today, shop.market.assortment.skus
    terms = {"starts_at": day_start(day), "ends_at": day_start(day + WEEK)}
    terms |= {"discount": {"percent": "0%"}, "attributes": {"display": 1}}
    named = {"seen": skus[:1], "unseen": skus[1:6]}
    shop.announce(
        day, *({"promotion_id": n, "select": {"skus": some}, **terms} for n, some in named.items())
    )
    for later in range(WEEK + 3):
        events = shop.market.day(shop.regular)
        orders, twice = events.orders, later < WEEK
        quantity = orders.quantity * np.where((orders.offer == 0) & twice, 2, 1)
        events = replace(events, orders=replace(orders, quantity=quantity))
        shop.step(shop.journal.day(events, day + later))
    found = [each for each in judged(shop) if each["promotion_id"] in named]
    seen, *unseen = sorted(found, key=lambda each: each["sku"] not in named["seen"])
    assert [each["promotion_id"] for each in unseen] == 5 * ["unseen"]
    topic("promotion-results").adapter.validate_python(seen)
    assert seen["units"] == pytest.approx(2 * seen["usual_units"], rel=0.4)
    assert (seen["discount"], seen["cost"]) == ("0.00", "0.00")
    assert 0.0 < float(seen["profit"]) < float(seen["upper"])
    assert sum(float(each["lower"]) < 0.0 < float(each["upper"]) for each in unseen) >= 4


def test_where_everything_is_promoted_a_result_says_so(promoted: Promoted) -> None:
    alone = {each["sku"]: each for each in promoted.everything.records}
    for each in promoted.category.records:
        assert alone[each["sku"]]["control_units"] == 0.0
        assert "nothing was sold on web without a promotion then" in alone[each["sku"]]["assumes"]


def test_the_same_past_is_judged_in_the_same_words(promoted: Promoted) -> None:
    again = judged(promoted.shop)
    assert again == judged(promoted.shop)
    # what was over three months ago is left alone
    assert len(again) > OFFERS
    oldest = to_text(promoted.shop.state.clock.now - JUDGED_WITHIN)
    assert min(each["ends_at"] for each in again) >= oldest
