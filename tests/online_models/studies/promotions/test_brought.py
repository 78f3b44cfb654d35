"""What announced promotions are said to have brought, judged by the truth of a market."""

from __future__ import annotations

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
