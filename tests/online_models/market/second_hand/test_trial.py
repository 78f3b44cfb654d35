"""Suggestions in a market that knows what its goods are worth."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.market.second_hand.goods import HAGGLE, UsedGoods
from online_models.market.second_hand.trial import run


def test_the_market_sells_as_often_as_it_says() -> None:
    market = UsedGoods(1)
    good = market.good(3, 0.0)
    price = good.worth / (1.0 - HAGGLE)
    assert market.buys(good, price) == pytest.approx(0.5)
    days = np.array([market.sale_day(good, price, number) for number in range(800)])
    for within in (3.0, 20.0):
        assert (days <= within).mean() == pytest.approx(
            market.sold_within(good, price, within), abs=0.05
        )


def test_few_comparables_are_enough_for_a_rough_price() -> None:
    found = run(0, 500)
    assert found["answered"] > 0.9
    assert found["error"] < 0.15


@pytest.mark.slow
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_values_are_near_and_promises_are_kept_after_five_thousand(seed: int) -> None:
    found = run(seed)
    assert found["error"] < 0.10
    assert found["gap_worst"] < 0.05
