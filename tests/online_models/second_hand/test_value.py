"""What used things are worth, learnt from sales and asking prices."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from online_models.second_hand.gaussian import Gaussian
from online_models.second_hand.item import Item, item
from online_models.second_hand.value import MOST_FEATURES, ValueModel
from online_models.second_hand.worth import Worth, recomputed

CONDITIONS = {"good": 1.0, "worn": 0.6}
BRANDS = {"a": 1.0, "b": 1.5}


def thing(condition: str = "good", brand: str = "a", **more: object) -> Item:
    return item("EUR", "bikes/city", condition, None, {"brand": brand} | more, None)


def taught(sales: int, spoil: float = 0.0) -> ValueModel:
    """Sales of things whose price is 100 times their condition's and brand's factors."""
    value, random = ValueModel(), Random(3)
    for number in range(sales):
        condition, brand = random.choice([*CONDITIONS]), random.choice([*BRANDS])
        one = thing(condition, brand)
        log_price = float(np.log(10_000 * CONDITIONS[condition] * BRANDS[brand]))
        if random.random() < spoil:
            log_price += float(np.log(1000.0))
        value.sold(one, value.row(one, add=True), log_price + random.gauss(0.0, 0.05))
        assert value.learnt[0] == number + 1
    return value


def worth(value: ValueModel, one: Item) -> float:
    return Worth.of(value.factors(one)).value / 100


@pytest.mark.parametrize(
    ("condition", "brand", "true"), [("good", "b", 150.0), ("worn", "a", 60.0)]
)
def test_condition_and_brand_are_learnt(condition: str, brand: str, true: float) -> None:
    assert worth(taught(300), thing(condition, brand)) == pytest.approx(true, rel=0.02)


def test_prices_that_are_a_thousand_times_too_high_hardly_count() -> None:
    assert worth(taught(300, spoil=0.03), thing()) == pytest.approx(100.0, rel=0.05)


def test_a_thing_that_nothing_is_known_of_has_no_value() -> None:
    value = ValueModel()
    assert not value.estimate(value.row(thing(), add=False)).familiar
    assert taught(30).estimate(taught(30).row(thing(), add=False)).familiar


def test_a_new_category_borrows_what_conditions_are_worth() -> None:
    value = taught(300)
    for condition in ("good", "good", "good"):
        one = item("EUR", "lamps", condition, None, {}, None)
        value.sold(one, value.row(one, add=True), float(np.log(5_000)))
    good, worn = (item("EUR", "lamps", name, None, {}, None) for name in ("good", "worn"))
    assert worth(value, worn) / worth(value, good) == pytest.approx(0.6, abs=0.12)


def test_asking_prices_teach_less_than_sales_and_their_surplus_is_learnt() -> None:
    value, one = ValueModel(), thing()
    for _ in range(40):
        value.sold(one, value.row(one, add=True), float(np.log(10_000)))
        value.asked(value.row(one, add=True), float(np.log(12_000)))
    assert worth(value, one) == pytest.approx(100.0, rel=0.03)
    extra = value.weights.belief.mean[value.weights.index["asked"]]
    assert extra == pytest.approx(np.log(1.2), abs=0.05)


def test_texts_that_come_once_get_no_weight_and_the_model_stays_small() -> None:
    value = ValueModel()
    for number in range(MOST_FEATURES):
        one = thing(serial=f"n{number}")
        value.sold(one, value.row(one, add=True), float(np.log(10_000)))
    assert len(value.weights.index) < 20


def test_the_value_follows_from_its_detail_to_the_cent() -> None:
    value = taught(100)
    found = Worth.of(value.factors(thing("worn", "b")))
    for ratio in (600_000, 995_000, 1_400_000):
        assert recomputed(found.detail(ratio, 2), 2) == found.price(ratio)


def test_an_update_is_that_of_the_textbook() -> None:
    belief = Gaussian()
    for variance in (2.0, 3.0):
        belief.add(0.5, variance)
    rows, values = np.array([0, 1]), np.array([1.0, -2.0])
    prior, x = np.diag([2.0, 3.0]), values
    total = x @ prior @ x + 0.7
    weight = belief.learn(rows, values, 0.1, 0.7)
    assert weight == 1.0
    gain = prior @ x / total
    assert belief.mean == pytest.approx(0.5 + gain * (0.1 - x @ [0.5, 0.5]))
    assert belief.covariance == pytest.approx(prior - np.outer(gain, prior @ x))
