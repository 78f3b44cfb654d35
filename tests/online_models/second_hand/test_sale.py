"""How soon used things sell, learnt from those that sold and those that did not."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from online_models.second_hand.item import item
from online_models.second_hand.prices import HIGHEST, LOWEST, path, promised
from online_models.second_hand.sale import Offered, SaleModel

THING = item("EUR", "bikes", "good", None, {}, None)
RATE, SLOPE = 0.06, -5.0


def taught(number: int, censored_after: float = 30.0) -> SaleModel:
    """A constant hazard, exponential in the log ratio; whatever is unsold by then is taken back."""
    sale, random = SaleModel(), Random(5)
    row = sale.row(THING, add=True)
    for _ in range(number):
        ratio = random.uniform(-0.3, 0.3)
        days = random.expovariate(RATE * float(np.exp(SLOPE * ratio)))
        end = min(days, censored_after)
        sale.learn(row, Offered(ratio, True), (0.0, end), days <= censored_after)
    return sale


def chance(sale: SaleModel, ratio: float, days: float, age: float = 0.0) -> float:
    row = sale.row(THING, add=False)
    return 1.0 - float(sale.survival(row, np.array([ratio]), age, np.array([days]))[0, 0])


@pytest.fixture(scope="module")
def sale() -> SaleModel:
    return taught(3000)


@pytest.mark.parametrize("ratio", [-0.2, 0.0, 0.2])
@pytest.mark.parametrize("days", [7.0, 30.0])
def test_the_hazard_is_learnt_with_its_slope(sale: SaleModel, ratio: float, days: float) -> None:
    true = 1.0 - np.exp(-days * RATE * np.exp(SLOPE * ratio))
    assert chance(sale, ratio, days) == pytest.approx(true, abs=0.05)


def test_things_that_did_not_sell_count() -> None:
    alone = SaleModel()
    row = alone.row(THING, add=True)
    for _ in range(50):
        alone.learn(row, Offered(0.0, True), (0.0, 60.0), False)
    assert chance(alone, 0.0, 30.0) < 0.1


def test_time_on_the_market_may_be_told_in_pieces() -> None:
    whole, parts = SaleModel(), SaleModel()
    row = whole.row(THING, add=True), parts.row(THING, add=True)
    for _ in range(40):
        whole.learn(row[0], Offered(0.1, True), (0.0, 20.0), True)
        parts.learn(row[1], Offered(0.1, True), (0.0, 4.5), False)
        parts.learn(row[1], Offered(0.1, True), (4.5, 20.0), True)
    assert chance(parts, 0.1, 10.0) == pytest.approx(chance(whole, 0.1, 10.0), abs=0.03)


def test_longer_and_cheaper_sells_more(sale: SaleModel) -> None:
    row, ratios = sale.row(THING, add=False), np.linspace(-0.5, 0.3, 30)
    left = sale.survival(row, ratios, 0.0, np.array([1.0, 7.0, 30.0, 200.0]))
    assert (np.diff(left, axis=0) >= 0.0).all()
    assert (np.diff(left, axis=1) <= 0.0).all()


def test_a_promise_is_the_highest_price_that_keeps_it(sale: SaleModel) -> None:
    row = sale.row(THING, add=False)
    found = promised(sale, row, 0.0, 30.0, 0.75)
    assert found.probability >= 0.75 > chance(sale, np.log((found.ratio + 5000) / 1e6), 30.0)
    assert promised(sale, row, 0.0, 0.01, 0.99).ratio == LOWEST
    assert promised(sale, row, 0.0, 4000.0, 0.01).ratio == HIGHEST


def test_a_path_goes_down_and_lower_where_nothing_is_left_of_the_rest(sale: SaleModel) -> None:
    row = sale.row(THING, add=False)
    lost, kept = (path(sale, row, 0.0, 30.0, salvage) for salvage in (0.0, 0.9))
    ratios = [step.ratio for step in lost]
    assert ratios == sorted(ratios, reverse=True)
    assert ratios[0] > ratios[-1]
    assert all(one.ratio <= other.ratio for one, other in zip(lost, kept, strict=True))
    assert [step.day for step in lost] == [0.0, 5.0, 10.0, 15.0, 20.0, 25.0]
