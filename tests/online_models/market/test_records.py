from __future__ import annotations

import json

import numpy as np

from online_models.market import Market, compose
from online_models.market.calendar import DAY_MS
from online_models.market.events import NOTHING
from online_models.market.records import TopicRecord, opening, records
from schemas.records.record import RecordError
from schemas.topics import decode

WHOLE = "log_linear+advertising+replenished+match+cycle+duplicates+late_events"


def recorded(market: Market, days: int) -> list[TopicRecord]:
    found = opening(market.assortment)
    for _ in range(days):
        events = market.day(market.assortment.first_price)
        found += records(market.assortment, market.competitors.names, events)
    return found


def test_every_record_of_a_clean_market_is_what_its_topic_promises() -> None:
    found = recorded(compose(WHOLE, seed=1, offers=30), days=15)
    for record in found:
        decode(record.topic, json.dumps(record.value).encode())
    assert {record.topic for record in found} == {
        "products",
        "orders",
        "clickstream",
        "competitor-prices",
        "inventory",
        "promotions",
    }


def test_exactly_the_broken_records_are_refused() -> None:
    market = compose("plain+match+missing_fields", seed=1, offers=30, sales=20.0)
    events = market.day(market.assortment.first_price)
    broken = 0
    for record in records(market.assortment, market.competitors.names, events):
        try:
            decode(record.topic, json.dumps(record.value).encode())
        except RecordError:
            broken += 1
    expected = sum(
        len(np.unique(stream.record[stream.missing != NOTHING]))
        for stream in (events.orders, events.clicks, events.quotes)
    )
    assert 0 < broken == expected


def test_records_come_in_the_order_of_arrival_and_units_add_up() -> None:
    market = compose("plain", seed=2, offers=30)
    prices = market.assortment.first_price
    sold = int(market.units(prices).sum())
    found = records(market.assortment, (), market.day(prices))
    times = [record.timestamp for record in found]
    assert times == sorted(times)
    assert times[-1] - times[0] < DAY_MS
    orders = [record.value for record in found if record.topic == "orders"]
    assert sum(line["quantity"] for order in orders for line in order["lines"]) == sold
    assert len({order["order_id"] for order in orders}) == len(orders)


def test_a_repetition_carries_the_identity_of_the_first() -> None:
    market = compose("plain+match+duplicates", seed=1, offers=30, sales=20.0)
    found = recorded(market, days=3)
    identities: dict[str, TopicRecord] = {}
    repeated = 0
    for record in found:
        identity = record.value.get("event_id")
        if identity in identities:
            repeated += 1
            assert identities[identity].value == record.value
        elif identity is not None:
            identities[identity] = record
    assert repeated > 0
