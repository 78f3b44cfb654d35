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
    """Price a small shop in memory, whose events are of the usual kinds; what came of it."""
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
    skus = ["a", "b"]
    following = {
        "policy_id": "following",
        "version": 1,
        "select": {"skus": ["b"]},
        "strategy": [{"kind": "match_competitor"}, {"kind": "optimise"}],
        "guardrails": {"price_endings": [".99"]},
    }
    opening = [record("pricing-policies", START, **following)]
    opening += [
        record("products", START, sku=s, name=s, category="c", price="9.99", cost="6.00", **money)
        for s in skus
    ]
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
        events.append(record("pricing-control", now, kind="tick", actor="rehearsal", **then))
        yield events
