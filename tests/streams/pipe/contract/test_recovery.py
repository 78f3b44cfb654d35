"""A price that a falling competitor pulled down recovers."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

MATCH = {"kind": "match_competitor", "offset": "-0.01", "max_age": "PT24H"}
KEEP = {"kind": "keep"}
HOUR = 3_600_000
DAY = 24 * HOUR
STEPS = {"max_step_up": "5%", "max_step_down": "50%"}


def steps_up(shop: Any, start: int, goal: int) -> None:
    """All changes after the pull rise, by no more than 5 %, to the goal."""
    way = [round(float(price) * 100) for price in shop.prices()]
    way = way[way.index(start) :]
    assert way == sorted(way)
    assert all(after * 100 <= before * 105 for before, after in pairwise(way))
    assert way[-1] == goal


@pytest.mark.parametrize("how", ["stale", "leaves", "left the match"])
def test_it_returns_step_by_step_to_the_price_before_the_pull(shop: Any, how: str) -> None:
    shop.policy("p", strategy=[MATCH | {"minimum_confidence": 0.5}, KEEP], guardrails=STEPS)
    shop.product()
    shop.competitor("8.00")
    assert shop.prices() == ["7.99"]
    if how == "leaves":
        shop.competitor(None)
    elif how == "left the match":
        shop.competitor("8.00", match_confidence=0.1)
    else:
        shop.tick(DAY - 1)
        assert shop.prices() == ["7.99"]
    for _ in range(12):
        shop.tick(HOUR)
    steps_up(shop, 799, 1000)


def test_it_follows_the_rival_up_beyond_the_price_before_the_pull(shop: Any) -> None:
    shop.policy("p", strategy=[MATCH, KEEP])
    shop.product()
    for price in ("8.00", "8.80", "9.90", "12.00"):
        shop.competitor(price)
    assert shop.prices() == ["7.99", "8.79", "9.89", "11.99"]
    shop.competitor(None)
    assert shop.prices()[-1] == "10.00"


def test_of_two_rivals_the_one_that_stays_low_holds_the_price(shop: Any) -> None:
    shop.policy("p", strategy=[MATCH, KEEP])
    shop.product()
    shop.competitor("8.00", "x")
    shop.competitor("9.00", "y")
    shop.competitor("11.00", "x")
    assert shop.prices() == ["7.99", "8.99"]
    shop.competitor(None, "y")
    assert shop.prices() == ["7.99", "8.99", "10.99"]


def test_a_second_pull_does_not_make_the_first_one_the_home(shop: Any) -> None:
    shop.policy("p", strategy=[MATCH, KEEP])
    shop.product()
    for price in ("9.00", "8.00", "7.00", None):
        shop.competitor(price)
    assert shop.prices() == ["8.99", "7.99", "6.99", "10.00"]


def test_it_returns_to_what_the_remaining_strategies_say(shop: Any) -> None:
    shop.policy("p", strategy=[MATCH, {"kind": "cost_plus", "margin": "50%"}], guardrails=STEPS)
    shop.product(price="8.00")
    shop.competitor("6.00")
    shop.competitor(None)
    for _ in range(12):
        shop.tick(HOUR)
    assert "5.99" in shop.prices()
    steps_up(shop, 599, 800)


def test_a_stale_competitor_is_told(shop: Any) -> None:
    shop.policy("p", strategy=[MATCH, KEEP])
    shop.product()
    shop.competitor("8.00")
    shop.tick(DAY + 1)
    assert [a["sku"] for a in shop.alerts("stale_competitors")] == ["a"]
    assert shop.prices() == ["7.99", "10.00"]


def test_two_of_our_kind_against_each_other_do_not_race_to_the_bottom(new_shop: Any) -> None:
    policy = {"policy_id": "p", "strategy": [MATCH, KEEP], "guardrails": {"minimum_margin": "5%"}}
    shops = [new_shop(policy), new_shop(policy)]
    for shop in shops:
        shop.product()
    shown = ["10.00", "10.00"]
    for _ in range(60):
        for me in (0, 1):
            shops[me].now += HOUR
            shops[me].competitor(shown[1 - me])
            shown[me] = shops[me].last["price"]
    assert min(float(price) for price in shown) > 9
