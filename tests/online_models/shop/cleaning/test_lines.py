"""Bulk orders and prices that cannot be."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

ONE = np.zeros(1, np.int64)


def after(stage: Any, quantities: np.ndarray, days: int = 40) -> None:
    """So many days of these quantities at offer 0."""
    rng = np.random.default_rng(7)
    for _ in range(days):
        size = rng.permutation(quantities)
        stage.lines(np.zeros_like(size), size, np.full_like(size, 1000))
        stage.tick()


def excess(stage: Any, quantity: int, offer: int = 0) -> int:
    return int(stage.lines(ONE + offer, ONE + quantity, ONE + 1000)[0][0])


@pytest.mark.parametrize("quantity", [50, 300, 10**6])
def test_a_pallet_where_singles_are_sold_counts_as_a_single(stage: Any, quantity: int) -> None:
    after(stage, np.ones(10, np.int64))
    assert excess(stage, quantity) == quantity - 1


@pytest.mark.parametrize("quantity", [2, 5, 12])
def test_a_hoarder_is_no_pallet(stage: Any, quantity: int) -> None:
    after(stage, np.ones(10, np.int64))
    assert excess(stage, quantity) == 0


def test_pallets_are_usual_where_pallets_are_sold(stage: Any) -> None:
    after(stage, np.array([200, 500, 1000, 480, 720]))
    assert excess(stage, 4000) == 0
    assert excess(stage, 1) == 0


def test_bulk_that_recurs_becomes_usual_and_what_is_rare_does_not(stage: Any) -> None:
    after(stage, np.array([1] * 9 + [100]), days=30)
    assert excess(stage, 100) == 0
    rare = type(stage)()
    after(rare, np.array([1] * 49 + [100]), days=30)
    assert excess(rare, 100) == 99


def test_a_new_offer_is_judged_by_the_shop(stage: Any) -> None:
    rng = np.random.default_rng(8)
    for _ in range(5):
        stage.lines(rng.integers(0, 15, 300), rng.integers(1, 4, 300), np.full(300, 1000))
        stage.tick()
    assert excess(stage, 2000, offer=19) > 1900
    assert excess(stage, 9, offer=19) == 0


def test_the_price_of_a_pallet_says_nothing_of_the_price_of_one(stage: Any) -> None:
    after(stage, np.ones(10, np.int64))
    assert not stage.lines(ONE, ONE + 500, ONE + 700)[1][0]


@pytest.mark.parametrize(("price", "believed"), [(1, False), (100_000, False), (500, True)])
def test_a_price_is_believed_within_reason(stage: Any, price: int, believed: bool) -> None:
    after(stage, np.ones(10, np.int64))
    excess, priced = stage.lines(ONE, ONE + 1, ONE + price)
    assert bool(priced[0]) is believed
    assert excess[0] == 0


def test_the_first_price_in_force_is_a_yardstick_before_any_order(stage: Any) -> None:
    assert not stage.lines(ONE, ONE + 1, ONE + 1)[1][0]
    assert stage.lines(ONE, ONE + 1, ONE + 700)[1][0]


def test_a_product_record_that_was_wrong_is_overruled_by_its_orders(stage: Any) -> None:
    for _ in range(10):
        stage.lines(np.zeros(10, np.int64), np.ones(10, np.int64), np.full(10, 100_000))
        stage.tick()
    assert stage.lines(ONE, ONE + 1, ONE + 100_000)[1][0]
