"""A worker's rules are compiled and loaded before it takes a partition, not at the first event.

Compiling holds the process: heartbeats would not be answered, and a first price would be late.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.outputs import Output
from schemas.values.instants import to_text
from streams.ingest.border import Border
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.kafka.kafka_record import Record

#: ms since the epoch; any moment serves.
START = 1_767_225_600_000
HOUR = 3_600_000
#: Hours after the start at which something happens: a day is learnt from once the next is over.
HOURS = (1, 25, 49)


def rehearse() -> list[Output]:
    """Price a small shop in memory that sells in every way whose rules are compiled; what came of
    it.
    """
    decoder, fold = Decoder(Border(b"rehearsal")), Fold(FoldSettings(partitions=1))
    outputs: list[Output] = []
    for records in _rounds():
        outputs += fold.step(decoder.decode(as_given(records)).batch)
    return outputs


def _rounds() -> Iterator[list[Record]]:
    offsets: dict[str, int] = {}

    def record(topic: str, at: int, **fields: Any) -> Record:
        offset = offsets[topic] = offsets.get(topic, -1) + 1
        return Record(topic, 0, offset, None, json.dumps(fields).encode(), at)

    money = {"currency": "EUR"}
    skus = ["a", "b", "c"]
    following = {
        "policy_id": "following",
        "version": 1,
        "select": {"skus": ["b"]},
        "strategy": [{"kind": "match_competitor"}, {"kind": "optimise"}],
        "guardrails": {"price_endings": [".99"]},
    }
    selling = {
        "policy_id": "selling",
        "version": 1,
        "select": {"skus": ["c"]},
        "guardrails": {"channel_ladder": [{"channel": "shop", "of": "web", "lowest": "90%"}]},
        "segments": [{"segment": "b2b", "breaks": [{"minimum_quantity": 5, "discount": "5%"}]}],
    }
    used = {
        "policy_id": "used",
        "version": 1,
        "select": {"skus": ["u"]},
        "strategy": [{"kind": "second_hand"}, {"kind": "keep"}],
    }
    opening = [record("pricing-policies", START, **policy) for policy in (following, selling, used)]
    product = {"category": "c", "price": "9.99", "cost": "6.00", **money}
    opening += [
        record("products", START, sku=s, name=s, channels={"web": {}, "shop": {}}, **product)
        for s in skus
    ]
    opening.append(record("products", START, sku="u", name="u", condition="good", **product))
    opening += [record("inventory", START, sku=s, on_hand=90, time=to_text(START)) for s in skus]
    yield opening
    for hour in HOURS:
        now = START + hour * HOUR
        then = {"time": to_text(now)}
        events = [record("clickstream", now, sku="a", action="view", session_id=f"s{hour}", **then)]
        competing = {"competitor": "r", "price": "9.49", **money, **then}
        events += [record("competitor-prices", now, sku=sku, **competing) for sku in skus]
        lines = [{"sku": s, "quantity": 1, "unit_price": "9.99"} for s in skus]
        events.append(record("orders", now, order_id=f"o{hour}", lines=lines, **money, **then))
        asked = {"asked": "9.00", "condition": "good", "listed_at": to_text(now - HOUR), **money}
        for end in ("sold_at", "ended_at"):
            listed = {"listing_id": f"{hour}-{end}", "category": "c", **asked, end: to_text(now)}
            events.append(record("market-listings", now, **listed))
        window = {"bucket_start": to_text(now), "bucket_end": to_text(now + HOUR)}
        points = [{"price": f"{price}.99", "units": 19 - price} for price in (8, 9, 10)]
        forecast = {"model": "m", "version": "1", "sku": "a", **window, "points": points}
        events.append(record("demand-forecasts", now, **forecast))
        events.append(record("pricing-control", now, kind="tick", actor="rehearsal", **then))
        yield events
