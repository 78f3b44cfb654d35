"""Recommendations find what goes with a basket, and are judged on what they have not seen."""

from __future__ import annotations

from random import Random

import pytest

from online_models.recommendations.baskets import Baskets
from online_models.studies.recommendations.judging import ItemBasket, judge

#: Item 20 goes with 10, 21 with 11, and so on; item 3 is bought with anything.
PAIRS = 8


def orders(number: int, paired: float) -> list[ItemBasket]:
    random = Random(4)
    found = []
    for _ in range(number):
        first = 10 + random.randrange(PAIRS)
        second = first + 10 if random.random() < paired else 3
        found.append(ItemBasket(str(random.randrange(40)), {first: 1.0, second: 1.0}))
    return found


MARGIN = dict.fromkeys(range(40), 1.0)


def test_what_is_bought_together_is_recommended() -> None:
    model = Baskets()
    for basket in orders(800, 0.7):
        model.learn(basket.customer, list(basket.items))
    best = model.recommend(None, [13], 1, MARGIN)[0]
    assert best.item == 23
    assert best.probability == pytest.approx(0.7, abs=0.15)


def test_a_higher_margin_goes_before_a_higher_probability() -> None:
    model = Baskets()
    for basket in orders(800, 0.7):
        model.learn(basket.customer, list(basket.items))
    first = model.recommend(None, [13], 3, MARGIN | {3: 100.0})[0]
    assert first.item == 3
    assert first.worth == pytest.approx(100.0 * first.probability)


def test_what_loses_money_or_is_in_the_basket_is_not_recommended() -> None:
    model = Baskets()
    for basket in orders(400, 0.7):
        model.learn(basket.customer, list(basket.items))
    chosen = model.recommend("5", [13, 3], 30, MARGIN | {23: -1.0})
    assert not {3, 13, 23} & {each.item for each in chosen}


def test_a_habit_counts() -> None:
    model = Baskets()
    for basket in orders(400, 0.0):
        model.learn(basket.customer, list(basket.items))
    for _ in range(20):
        model.learn("99", [35, 36])
    assert model.recommend("99", [], 1, MARGIN)[0].item in (35, 36)
    assert model.recommend("98", [], 1, MARGIN)[0].item != 35


def test_recommendations_beat_best_sellers_where_things_go_together() -> None:
    found = judge(orders(1200, 0.7), 3, 800)
    assert found.orders == 400
    assert found.hits > 0.6 > found.popular_hits
    assert found.gain_lower > 0.2


def test_an_order_is_judged_before_it_is_learnt() -> None:
    only = [ItemBasket(None, {number: 1.0, number + 1000: 1.0}) for number in range(50)]
    assert judge(only, 3, 10).hits == 0.0


def test_margins_are_those_known_until_then() -> None:
    early = [ItemBasket(None, {1: 1.0, other: 1.0}) for other in (2, 2, 3) * 10]
    cheaper, last = ItemBasket(None, {2: -1.0}), ItemBasket(None, {1: 1.0, 3: 1.0})
    assert judge([*early, last, cheaper], 1, 30).hits == 0.0
    assert judge([*early, cheaper, last], 1, 30).hits == 1.0


def test_nothing_to_judge_is_an_error() -> None:
    with pytest.raises(ValueError, match="no order"):
        judge([ItemBasket(None, {1: 1.0})], 3, 0)
