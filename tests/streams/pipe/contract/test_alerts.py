"""Alerts that no decision waits for: a silent feed, an empty shelf ahead, a sale below cost."""

from __future__ import annotations

from typing import Any

KEEP = [{"kind": "keep"}]
HOUR = 3_600_000
DAY = 24 * HOUR


def sell(shop: Any, quantity: int) -> None:
    line = {"sku": "a", "quantity": quantity, "unit_price": "10.00"}
    value = {"order_id": f"o{shop.now}", "time": shop.now, "currency": "USD", "lines": [line]}
    shop.send("orders", value)


def stock(shop: Any, on_hand: int, **fields: Any) -> None:
    shop.now += 1
    shop.send("inventory", {"sku": "a", "time": shop.now, "on_hand": on_hand} | fields)
    shop.tick()


def test_a_silent_feed_of_competitor_prices_is_told_once_by_a_tick_alone(shop: Any) -> None:
    shop.policy("p", strategy=KEEP)
    shop.product()
    shop.competitor("9.00")
    shop.tick(2 * DAY)
    assert shop.alerts("price_feed_silent") == []
    for _ in range(5):
        shop.tick(DAY)
    (alert,) = shop.alerts("price_feed_silent")
    assert alert["severity"] == "warning"
    assert "sku" not in alert
    assert alert["details"]["latest"] == "2023-11-15T00:00:00.001Z"
    shop.competitor("9.00")
    shop.tick(3 * DAY)
    assert len(shop.alerts("price_feed_silent")) == 2


def test_a_feed_that_never_spoke_is_not_silent(shop: Any) -> None:
    shop.policy("p", strategy=KEEP)
    shop.product()
    shop.tick(30 * DAY)
    assert shop.alerts("price_feed_silent") == []


def twenty_days(shop: Any) -> None:
    """An offer that sells ten a day."""
    shop.policy("p", strategy=KEEP)
    shop.product()
    for _ in range(20):
        sell(shop, 10)
        shop.tick(DAY)


def test_a_shelf_that_will_be_empty_before_more_arrives_is_told_once(shop: Any) -> None:
    twenty_days(shop)
    stock(shop, 200)
    assert shop.alerts("stockout_ahead") == []
    for left in (30, 29):
        stock(shop, left)
    (alert,) = shop.alerts("stockout_ahead")
    assert (alert["sku"], alert["channel"]) == ("a", "web")
    assert alert["details"]["on_hand"] == 30
    # about ten a day, and a week until anything is assumed to arrive
    assert 50 < alert["details"]["expected_units"] < 90


def test_stock_that_lasts_until_the_announced_arrival_is_enough(shop: Any) -> None:
    twenty_days(shop)
    stock(shop, 30, inbound=[{"quantity": 99, "expected_at": shop.now + DAY}])
    assert shop.alerts("stockout_ahead") == []
    stock(shop, 30, inbound=[{"quantity": 99, "expected_at": shop.now + 5 * DAY}])
    assert len(shop.alerts("stockout_ahead")) == 1


def test_a_cost_that_outgrows_the_price_is_told_once_until_it_is_mended(shop: Any) -> None:
    shop.policy("p", strategy=KEEP)
    shop.product()
    for cost in ("11.00", "12.00", "4.00", "11.00"):
        shop.now += 1
        shop.product(cost=cost)
    told = [alert["details"]["break_even"] for alert in shop.alerts("selling_below_cost")]
    assert told == ["11.00", "11.00"]


def test_a_promotion_below_cost_is_told(shop: Any) -> None:
    shop.policy("p", strategy=KEEP)
    shop.product()
    value = {
        "promotion_id": "sale",
        "select": {},
        "starts_at": shop.now + HOUR,
        "ends_at": shop.now + 2 * HOUR,
        "discount": {"percent": "70%"},
    }
    shop.send("promotions", value, key="sale", timestamp=shop.now)
    shop.tick(HOUR)
    assert shop.prices() == ["3.00"]
    (alert,) = shop.alerts("selling_below_cost")
    assert (alert["details"]["price"], alert["severity"]) == ("3.00", "critical")
