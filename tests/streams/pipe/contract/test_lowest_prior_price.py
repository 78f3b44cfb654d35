"""The lowest price of the 30 days before, against a walk over all the changes."""

from __future__ import annotations

import random
from datetime import datetime
from typing import Any

import pytest

STRATEGY = [{"kind": "match_competitor"}, {"kind": "keep"}]
HOUR = 3_600_000
DAY = 24 * HOUR
MONTH = 30 * DAY


def instant(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def cents(text: str) -> int:
    return round(float(text) * 100)


def lowest(path: list[tuple[int, int]], t: int) -> int:
    """The lowest price in force at any instant of [t - 30 days, t); `path` are (since, cents)."""
    found = []
    for k, (since, price) in enumerate(path):
        until = path[k + 1][0] if k + 1 < len(path) else t
        if since < t and until > t - MONTH and until > since:
            found.append(price)
    return min(found) if found else path[-1][1]


def check(shop: Any, start: int, first: int) -> None:
    path = [(start, first)]
    for change in shop.changes:
        at = instant(change["effective_at"])
        assert cents(change["lowest_prior_price_30d"]) == lowest(path, at)
        path.append((at, cents(change["price"])))


@pytest.mark.parametrize("seed", range(3))
def test_it_is_that_of_any_instant_of_the_30_days_before_the_change(shop: Any, seed: int) -> None:
    chance = random.Random(seed)
    shop.policy("p", strategy=STRATEGY)
    start = shop.now
    shop.product()
    for _ in range(30):
        shop.now += chance.choice([1, HOUR, DAY, 5 * DAY, 12 * DAY, MONTH - 1, MONTH])
        price = f"{chance.randrange(500, 1500) / 100:.2f}"
        shop.control("set_price", sku="a", channel="web", price=price)
    assert len(shop.changes) > 25
    check(shop, start, 1000)


def test_the_window_ends_exactly_after_30_days(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.competitor("8.00")
    shop.competitor("12.00")
    shop.control("set_price", sku="a", channel="web", price="12.00")
    raised = shop.now
    low_ended = instant(shop.changes[1]["time"])
    assert low_ended <= raised
    shop.now = low_ended + MONTH - 1
    shop.control("set_price", sku="a", channel="web", price="9.00")
    at = instant(shop.changes[-1]["time"])
    assert at == low_ended + MONTH
    expected = lowest([(instant(c["time"]), cents(c["price"])) for c in shop.changes[:-1]], at)
    assert cents(shop.changes[-1]["lowest_prior_price_30d"]) == expected
    assert expected >= 1000


def test_the_new_price_does_not_count(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.tick(DAY)
    shop.competitor("6.00")
    assert shop.changes[-1]["lowest_prior_price_30d"] == "10.00"


def test_of_successive_reductions_in_one_promotion_only_the_time_before_the_first_counts(
    shop: Any,
) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product()
    shop.tick(DAY)
    for percent in (10, 20, 30):
        value = {
            "promotion_id": "sale",
            "select": {},
            "starts_at": "2023-11-15T12:00:00Z",
            "ends_at": "2023-12-15T00:00:00Z",
            "discount": {"percent": f"{percent}%"},
        }
        shop.send("promotions", value, key="sale", timestamp=shop.now)
        shop.tick(DAY)
    assert shop.prices() == ["9.00", "8.00", "7.00"]
    assert [c["lowest_prior_price_30d"] for c in shop.changes] == ["10.00"] * 3
    shop.send("promotions", None, key="sale", timestamp=shop.now)
    shop.tick(DAY)
    value = {
        "promotion_id": "next",
        "select": {},
        "starts_at": shop.now,
        "ends_at": shop.now + DAY,
        "discount": {"percent": "50%"},
    }
    shop.send("promotions", value, key="next", timestamp=shop.now)
    shop.tick(1)
    assert shop.changes[-1]["price"] == "5.00"
    assert shop.changes[-1]["lowest_prior_price_30d"] == "7.00"


def test_it_reaches_back_no_further_than_the_launch(shop: Any) -> None:
    shop.policy("p", strategy=STRATEGY)
    shop.product(launched_at=shop.now + 5 * DAY)
    shop.competitor("6.00")
    shop.tick(DAY)
    shop.competitor("9.00")
    shop.tick(20 * DAY)
    shop.competitor("8.00")
    assert shop.changes[-1]["lowest_prior_price_30d"] == "9.00"
