"""Whatever tells of a person on any input, no topic, snapshot or log tells who it is."""

from __future__ import annotations

import itertools
import json
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pydantic import TypeAdapter

from schemas.topics import TOPICS
from streams.pricer.snapshots import codec
from streams.pricer.snapshots.store import key
from tests.integration.shop import traffic
from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.traffic import Event
from tests.integration.shop.worker import Worker

pytestmark = pytest.mark.integration

#: Fields that name a person, and how such names begin here.
NAMES = {"customer_id": "person-", "session_id": "visit-", "seller_id": "trader-"}
WORDS = tuple(word.encode() for word in NAMES.values())
#: What cannot be read as a record, and what may not be one.
REFUSED = (
    ("orders", b'{"order_id": "o", "customer_id": "person-1'),
    ("orders", b'{"order_id": "o", "customer_id": "person-2", "lines": []}'),
    ("clickstream", b'{"sku": "sku-00", "action": "stare", "session_id": "visit-1", "time": 0}'),
    ("quote-requests", b'{"quote_id": "q", "customer_id": "person-3", "lines": 7}'),
    ("contract-prices", b'{"contract_id": "c", "customer_id": "person-4", "price": "-1"}'),
    ("pricing-control", b'{"kind": "forget_customer", "customer_id": ["person-5"]}'),
)


def named(events: Iterator[Event]) -> Iterator[Event]:
    """The same, with names that are found again."""
    for event in events:
        value = json.loads(event.value)
        for field, word in NAMES.items():
            if field in value:
                value[field] = word + value[field]
        yield event._replace(value=json.dumps(value).encode())


def fields_of_persons() -> set[tuple[str, str]]:
    """Topics that may be written from outside, and their fields that name a person."""
    return {
        (name, field)
        for name, topic in TOPICS.items()
        if topic.direction == "in"
        for field in NAMES
        if f'"{field}"' in json.dumps(TypeAdapter(topic.record).json_schema())
    }


def test_nobody_is_named(shop: KafkaShop, start_worker: Callable[..., Worker]) -> None:
    worker = start_worker("w0", PRICETIDE_CUSTOMER_KEY="of this shop")
    events = named(itertools.chain(traffic.catalogue(), traffic.events(20_000)))
    sent: list[Event] = []
    while not shop.number("recommendations"):
        more = list(itertools.islice(events, 500))
        assert more, "nothing was recommended"
        shop.send(more)
        shop.settle(worker)
        sent += more
    now = sent[-1].time
    cart = {"sku": "sku-03", "action": "cart", "customer_id": "person-1", "time": now}
    forget = {"kind": "forget_customer", "customer_id": "person-customer-3", "time": now}
    forget |= {"actor": "anna", "reason": "asked"}
    sent += [
        Event("clickstream", "", json.dumps(cart).encode(), now),
        Event("pricing-control", "", json.dumps(forget).encode(), now),
    ]
    shop.send(sent[-2:])
    shop.send(Event(topic, "", value, now) for topic, value in REFUSED)
    shop.settle(worker)
    shop.wait(lambda: any(map(is_snapshot, shop.read(["pricing-snapshots"]))), "saved", worker)
    assert worker.stop() == 0, worker.tail()
    told = {
        (event.topic, field)
        for event in sent
        for field in NAMES
        if field in json.loads(event.value)
    }
    assert told >= fields_of_persons()
    found = shop.read(name for name, topic in TOPICS.items() if topic.direction != "in")
    assert {"price-offers", "price-quotes", "quote-lines", "recommendations", "dead-letters"} <= {
        record.topic for record in found
    }
    for record in found:
        for text in (record.key, *texts(record), *(value for _, value in record.headers)):
            assert not any(word in (text or b"") for word in WORDS), record
    assert not any(word.decode() in worker.text() for word in WORDS)


def texts(record: Any) -> Iterator[bytes]:
    """A value as it is, and what it holds where that is compressed."""
    yield record.value or b""
    if is_snapshot(record):
        part = codec.decode_part(record.value)
        assert part.parts == 1
        yield zlib.decompress(part.data)


def is_snapshot(record: Any) -> bool:
    """Whether it is the first part of one."""
    return record.topic == "pricing-snapshots" and record.key == key(0) and bool(record.value)
