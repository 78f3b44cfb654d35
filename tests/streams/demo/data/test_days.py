from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest

from schemas.topics import decode
from schemas.values.instants import DAY
from streams.demo.data.assortment import best_sellers
from streams.demo.data.days import Days
from streams.demo.data.event import DemoEvent
from streams.demo.data.synthesis import COMPETITORS, clicks, competitor_prices
from streams.demo.data.tafeng import OrderLines, clean

#: Of all events of the small archive. It changes with the form of a record or with a draw, and
#: with nothing else: not with the machine, nor with the version of NumPy.
CHECKSUM = "6102a717740655b3ce1c573a9a6f6dd293adb1ad6aed3a17910e5f5ee43c2237"


@pytest.fixture
def days(sales: OrderLines) -> Days:
    return Days.of(clean(sales).sales, None, None)


def values(events: list[DemoEvent], topic: str) -> list[dict[str, Any]]:
    return [msgspec.json.decode(event.value) for event in events if event.topic == topic]


def test_the_events_are_the_same_on_every_run_and_machine(days: Days) -> None:
    digest = hashlib.sha256()
    for events in days:
        for event in events:
            digest.update(repr(tuple(event)).encode())
    assert digest.hexdigest() == CHECKSUM


def test_every_record_is_one_of_its_topic_and_carries_its_own_time(days: Days) -> None:
    for events in days:
        for event in events:
            record = decode(event.topic, event.value)
            assert getattr(record, "time", None) in (None, event.time)


def test_events_come_day_by_day_in_order_of_time(days: Days) -> None:
    whole = list(days)
    assert len(whole) == len(days) == 3
    for day, events in enumerate(whole, start=days.first):
        times = [event.time for event in events]
        assert times == sorted(times)
        assert {time // DAY for time in times} == {day}


def test_a_customers_lines_of_a_day_are_one_order_at_unit_prices(days: Days) -> None:
    first, second, third = days
    placed = {order["customer_id"]: order["lines"] for order in values(first, "orders")}
    assert placed["00000007"] == [
        {"sku": "0078895770025", "quantity": 2, "unit_price": "15.00"},
        {"sku": "4710199010372", "quantity": 1, "unit_price": "99.00"},
    ]
    assert placed["00000008"] == [{"sku": "0078895770025", "quantity": 3, "unit_price": "15.33"}]
    every = [order for day in (first, second, third) for order in values(day, "orders")]
    assert len(every) == days.orders == 4
    assert sum(len(order["lines"]) for order in every) == len(days.sales) == 6


def test_a_product_appears_on_the_day_of_its_first_sale_at_the_price_of_then(days: Days) -> None:
    products = [values(events, "products") for events in days]
    assert [{product["sku"] for product in day} for day in products] == [
        {"0078895770025", "4710199010372"},
        set(),
        {"4710032501791"},
    ]
    by_sku = {product["sku"]: product for day in products for product in day}
    assert by_sku["0078895770025"]["price"] == "15.00"
    assert by_sku["0078895770025"]["cost"] == "12.00"
    assert by_sku["4710032501791"]["category"] == "56/5602"


def test_what_is_made_up_says_so_wherever_it_shows(days: Days) -> None:
    for events in days:
        for topic in ("clickstream", "competitor-prices"):
            assert all(value["synthetic"] is True for value in values(events, topic))
        for price in values(events, "competitor-prices"):
            assert price["competitor"].startswith("synthetic-rival-")
        for product in values(events, "products"):
            assert product["attributes"]["synthetic"] == ["name"]


def test_only_the_best_sellers_of_the_first_days_are_taken(sales: OrderLines) -> None:
    assortment, lines = best_sellers(clean(sales).sales, 2, 2)
    assert assortment.names == ["0078895770025", "4710199010372"]
    assert lines.item.tolist() == [0, 1, 0, 0]
    assert len(np.unique(lines.day)) == 2


def test_no_item_is_without_a_sale(sales: OrderLines) -> None:
    assortment, _ = best_sellers(sales.take(sales.item == 2), None, None)
    assert assortment.names == ["4710199010372"]


SKUS = [f"{4710000000000 + i}" for i in range(400)]
GOING = np.full(len(SKUS), 10_000)


def test_a_slice_of_the_items_meets_the_same_competitors_as_the_whole() -> None:
    whole = competitor_prices(11_300, SKUS, GOING, 1)
    part = competitor_prices(11_300, SKUS[:50], GOING[:50], 1)
    assert set(part) == {event for event in whole if event.key.decode() in SKUS[:50]}
    assert 0 < len(part) < len(whole)


def test_competitors_stay_near_the_going_price_each_in_its_way() -> None:
    prices = [
        (value["competitor"], float(value["price"]), value["in_stock"])
        for day in range(11_300, 11_370)
        for value in values(competitor_prices(day, SKUS, GOING, 1), "competitor-prices")
    ]
    mean = {
        competitor.name: np.mean([price for name, price, _ in prices if name == competitor.name])
        for competitor in COMPETITORS
    }
    assert mean["synthetic-rival-b"] < mean["synthetic-rival-a"] < mean["synthetic-rival-c"]
    assert all(60 < price < 150 for _, price, _ in prices)
    sold_out = sum(not in_stock for _, _, in_stock in prices) / len(prices)
    assert 0.01 < sold_out < 0.15


def test_views_are_proportional_to_demand_and_counted_beforehand() -> None:
    units = np.where(np.arange(len(SKUS)) < 200, 10.0, 1.0)
    events = clicks(11_300, SKUS, units, units, 1)
    views = dict.fromkeys(SKUS, 0)
    for value in values(events, "clickstream"):
        if value["action"] == "view":
            views[value["sku"]] += value["count"]
    many, few = (sum(views[sku] for sku in part) for part in (SKUS[:200], SKUS[200:]))
    assert 7 < many / few < 14
    assert len(events) < 6 * len(SKUS)


def test_a_day_without_sales_still_has_clicks(days: Days) -> None:
    idle = replace(days, sales=days.sales.take(days.sales.day != days.first + 1))
    _, events, _ = idle
    assert not values(events, "orders")
    assert values(events, "clickstream")
