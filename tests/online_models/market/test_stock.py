"""What a season's end does to a stock that is bought once."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from online_models.market import compose
from online_models.market.stock import SEASON_DAYS


def test_a_collection_is_bought_once_and_what_is_left_at_the_seasons_end_costs_all_it_did() -> None:
    market = compose("outlet", seed=3, offers=8, sales=2.0)
    prices = market.assortment.first_price
    stock = [market.problem().on_hand]
    for _ in range(SEASON_DAYS - 1):
        market.day(prices)
        stock.append(market.problem().on_hand)
    assert all((after <= before).all() for before, after in pairwise(stock))
    last = market.problem()
    assert np.array_equal(last.spoiling, last.on_hand)
    # the last day's profit carries the cost of all that it does not sell
    assert market.expected_profit(prices) < 0.0
    market.day(prices)
    assert np.array_equal(market.problem().on_hand, stock[0])
    assert not market.problem().spoiling.any()
