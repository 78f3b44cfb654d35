"""The fast closed loop and the lines of `pipe` are the same market to the same fold."""

from __future__ import annotations

import json

import numpy as np
import pytest

from online_models.market import compose
from online_models.market.calendar import day_start
from online_models.market.contenders import RecordedDay
from online_models.market.contenders.pricetide import POLICIES, Pricetide
from online_models.market.records import TopicRecord, opening, records
from streams.configuration.settings import Settings
from streams.pipe.pipe import Pipe

DIRTY = "bulk_orders+unit_mixups+bot_clicks+missing_fields+duplicates+late_events"


def line(record: TopicRecord) -> bytes:
    return json.dumps(
        {
            "topic": record.topic,
            "key": record.key,
            "value": record.value,
            "timestamp": record.timestamp,
        }
    ).encode()


def tick(day: int) -> bytes:
    value = {"kind": "tick", "time": day_start(day)}
    return json.dumps({"topic": "pricing-control", "key": None, "value": value}).encode()


@pytest.mark.parametrize("name", ["plain", f"valuation+match+cycle+advertising+{DIRTY}"])
def test_pipe_and_the_fast_loop_publish_the_same_prices(name: str) -> None:
    market = compose(name, seed=2, offers=20, sales=6.0)
    row = {sku: place for place, sku in enumerate(market.assortment.skus)}
    fast = Pricetide(market, 2)
    pipe = Pipe(Settings())
    prices = market.assortment.first_price.copy()
    policies = [
        TopicRecord("pricing-policies", str(p["policy_id"]), p, day_start(0)) for p in POLICIES
    ]
    told = [*policies, *opening(market.assortment)]
    seen, moved = None, 0
    for day in range(25):
        for answer in pipe.feed([*map(line, told), tick(day)]):
            output = json.loads(answer)
            if output["topic"] == "price-changes":
                change = output["value"]
                prices[row[change["sku"]]] = round(float(change["price"]) * 100)
                moved += 1
        asked = fast.decide(day, seen)
        assert np.array_equal(asked, prices), f"day {day}"
        seen = RecordedDay(market.day(asked), asked)
        told = records(market.assortment, market.competitors.names, seen.events)
    assert moved > 0
