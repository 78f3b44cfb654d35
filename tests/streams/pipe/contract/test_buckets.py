"""Closed buckets: zero sales included, at the first tick past the end and the lateness."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

POLICY = {"policy_id": "p", "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}]}
HOUR = 3_600_000
DAY = 24 * HOUR


def sell(shop: Any, quantity: int = 1, price: str = "10.00", **more: Any) -> None:
    line = {"sku": "a", "quantity": quantity, "unit_price": price}
    value = {"order_id": f"o{shop.now}", "time": shop.now, "currency": "USD", "lines": [line]}
    shop.send("orders", value | more)


@pytest.mark.parametrize(
    ("settings", "length", "lateness"),
    [
        ({}, DAY, DAY),
        ({"bucket": "PT1H"}, HOUR, HOUR),
        ({"bucket": "PT1H", "lateness": "PT5M"}, HOUR, HOUR // 12),
    ],
)
def test_a_bucket_closes_at_the_first_tick_later_than_its_end_plus_the_lateness(
    new_shop: Any, settings: dict[str, str], length: int, lateness: int
) -> None:
    shop = new_shop(POLICY, **settings)
    shop.product()
    sell(shop, 3)
    shop.tick(length + lateness)
    assert shop.topic("demand-observations") == []
    shop.tick(1)
    (found,) = shop.topic("demand-observations")
    start, end = (datetime.fromisoformat(found[f"bucket_{name}"]) for name in ("start", "end"))
    assert (end - start).total_seconds() * 1000 == length
    assert (found["units"], found["price"], found["stocked_out"]) == (3, "10.00", False)
    shop.tick(1)
    assert len(shop.topic("demand-observations")) == 1


def test_days_without_a_sale_are_observed_too(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product("a")
    shop.product("b")
    sell(shop, 2)
    for _ in range(5):
        shop.tick(DAY)
    shop.tick(1)
    units = [(o["bucket_start"][:10], o["sku"], o["units"])
             for o in shop.topic("demand-observations")]  # fmt: skip
    days = [f"2023-11-{day}" for day in range(15, 19)]
    expected = [
        (day, sku, 2 if (day, sku) == (days[0], "a") else 0) for day in days for sku in "ab"
    ]
    assert sorted(units) == sorted(expected)


def test_late_events_within_the_lateness_count_and_later_ones_do_not(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product()
    first = shop.now
    shop.tick(2 * DAY - HOUR)
    sell(shop, 4, time=first + HOUR, order_id="late")
    shop.tick(2 * HOUR)
    sell(shop, 8, time=first + HOUR, order_id="too late")
    shop.tick(3 * DAY)
    by_day = {o["bucket_start"][:10]: o["units"] for o in shop.topic("demand-observations")}
    assert by_day["2023-11-15"] == 4
    assert sum(by_day.values()) == 4


def test_a_return_corrects_the_bucket_of_its_order(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product()
    sell(shop, 5, order_id="o")
    shop.tick(DAY)
    sell(shop, 2, order_id="o", status="returned")
    shop.tick(3 * DAY)
    found = shop.topic("demand-observations")
    assert [o["units"] for o in found[:2]] == [3, 0]


@pytest.mark.parametrize(
    ("paid", "shown"), [(["8.00", "7.20"], "8.00"), (["10.00"], "10.00"), ([], "8.00")]
)
def test_the_price_is_the_one_shown_and_a_discount_is_not(
    new_shop: Any, paid: list[str], shown: str
) -> None:
    shop = new_shop(POLICY)
    shop.product()
    shop.competitor("8.00")
    for number, price in enumerate(paid):
        sell(shop, 1, price, order_id=str(number))
    shop.tick(3 * DAY)
    found = shop.topic("demand-observations")[0]
    assert found["price"] == shown
    assert found["competitor_price"] == "8.00"


def test_an_empty_shelf_is_marked(new_shop: Any) -> None:
    shop = new_shop(POLICY)
    shop.product()
    shop.send("inventory", {"sku": "a", "time": shop.now, "on_hand": 0})
    shop.tick(DAY)
    shop.send("inventory", {"sku": "a", "time": shop.now, "on_hand": 9})
    shop.tick(3 * DAY)
    found = shop.topic("demand-observations")
    assert [o["stocked_out"] for o in found[:2]] == [True, False]
