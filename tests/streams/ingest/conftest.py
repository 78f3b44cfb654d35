"""Records by hand, and what a decoder makes of them however they are read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Any

import pytest

from online_models.journal.batch import Batch, Kind
from streams.ingest.border import Border
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.kafka.kafka_record import Record

START = 1_700_006_400_000


class Feed:
    """Records of several topics in one order."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def put(
        self,
        topic: str,
        value: Any,
        key: bytes | None = None,
        timestamp: int = START,
        partition: int = 0,
    ) -> Record:
        raw = value if isinstance(value, bytes) or value is None else json.dumps(value).encode()
        offset = sum(r.topic == topic and r.partition == partition for r in self.records)
        record = Record(topic, partition, offset, key, raw, timestamp)
        self.records.append(record)
        return record

    def product(self, sku: str = "a", currency: str = "USD", **fields: Any) -> Record:
        value = {"sku": sku, "name": sku, "currency": currency, "price": 10, "cost": 5}
        return self.put("products", value | {"category": "c"} | fields, sku.encode())

    def order(self, sku: str = "a", currency: str = "USD", **fields: Any) -> Record:
        line = {"sku": sku, "quantity": 1, "unit_price": fields.pop("unit_price", "9.99")}
        value = {"order_id": "o", "time": START, "currency": currency, "lines": [line]}
        return self.put("orders", value | fields)


def _plain(batch: Batch, places: Iterable[int]) -> list[tuple[Any, ...]]:
    """Events with their texts, sources and facts in place of indices."""
    events = []
    for i, place in enumerate(places):
        texts = [batch.texts[j] if j >= 0 else None for j in _texts(batch, i)]
        fact = batch.facts[batch.detail[i]] if batch.kind[i] == Kind.FACT else None
        numbers = [
            int(getattr(batch, name)[i])
            for name in ("kind", "time", "offset", "identity", "amount", "count", "extra", "flag")
        ]
        source = batch.sources[batch.source[i]]
        person = int(batch.person[i])
        events.append((place, *source, *texts, *numbers, int(batch.confidence[i]), person, fact))
    return events


def _texts(batch: Batch, i: int) -> list[int]:
    columns = [batch.sku, batch.channel, batch.currency, batch.segment, batch.detail]
    texts = [int(column[i]) for column in columns]
    return texts if batch.kind[i] in (Kind.ORDER, Kind.COMPETITOR_PRICE) else [*texts[:-1], -1]


Outcome = tuple[list[tuple[Any, ...]], list[tuple[int, Any]]]


@pytest.fixture
def feed() -> Feed:
    return Feed()


@pytest.fixture(scope="session")
def new_feed() -> type[Feed]:
    return Feed


@pytest.fixture(scope="session")
def decoded() -> Callable[..., Outcome]:
    """`decoded(records, cuts, rates)`: (events, dead letters), whatever the rounds of reading."""

    def decode(
        records: list[Record], cuts: Iterable[int] = (), rates: dict[str, Any] | None = None
    ) -> Outcome:
        decoder = Decoder(Border(b"secret", rates))
        events: list[tuple[Any, ...]] = []
        dead: list[tuple[int, Any]] = []
        for low, high in pairwise([0, *sorted(set(cuts)), len(records)]):
            found = decoder.decode(as_given(records[low:high]))
            events += _plain(found.batch, (found.places + low).tolist())
            dead += [(place + low, letter) for place, letter in found.dead]
        return events, dead

    return decode
