"""Producers without keys, on every topic, in every codec and form: nothing is lost in silence."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from schemas.topics import TOPICS
from tests.integration.shop.journal_rows import rows
from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.worker import Worker
from tests.streams.formats.registry_server import RegistryServer, running
from tests.streams.formats.test_formats import frame, in_avro

pytestmark = pytest.mark.integration

CODECS = (None, "gzip", "snappy", "lz4", "zstd")
FORMS = ("json", "json-schema", "avro", "cloudevents", "cloudevents-binary")
Sent = tuple[str, int, int]


def records(sku: str, now: int) -> dict[str, dict[str, Any]]:
    """A record for each topic, times in ms as JSON and Avro have them."""
    offer = {"sku": sku, "channel": "web", "currency": "EUR"}
    line = {"sku": sku, "quantity": 1, "unit_price": "8.99"}
    bucket = {"bucket_start": now + 3_600_000, "bucket_end": now + 7_200_000}
    return {
        "pricing-policies": {
            "policy_id": sku,
            "version": 1,
            "select": {"skus": [sku]},
            "strategy": [{"kind": "cost_plus", "margin": "40%"}],
        },
        "products": {"sku": sku, "name": sku, "category": "c", "currency": "EUR", "price": "8.99"}
        | {"cost": "4.10", "time": now},
        "promotions": {
            "promotion_id": sku,
            "select": {"skus": ["another"]},
            "starts_at": now,
            "ends_at": now + 3_600_000,
            "discount": {"percent": "10%"},
        },
        "orders": {"order_id": sku, "time": now, "currency": "EUR", "lines": [line]},
        "competitor-prices": {"sku": sku, "competitor": "bean", "price": "8.79", "currency": "EUR"}
        | {"time": now},
        "clickstream": {"sku": sku, "action": "view", "time": now},
        "inventory": {"sku": sku, "time": now, "on_hand": 5},
        "price-acks": {**offer, "decision_id": sku, "status": "applied", "price": "8.99"}
        | {"time": now},
        "demand-forecasts": {
            "model": "m",
            "version": "1",
            **offer,
            **bucket,
            "horizon": 1,
            "points": [{"price": "8.99", "units": 1.0, "spread": 1.0}],
            "valid_until": now + 7_200_000,
            "time": now,
        },
        "contract-prices": {
            "contract_id": sku,
            "sku": "another",
            "customer_id": sku,
            "price": "8.50",
            "currency": "EUR",
            "valid_from": now,
            "valid_until": now + 3_600_000,
            "time": now,
        },
        "quote-requests": {
            "quote_id": sku,
            "time": now,
            "currency": "EUR",
            "lines": [{"sku": sku, "quantity": 9}],
        },
        "quote-outcomes": {"quote_id": sku, "status": "lost", "time": now},
        "market-listings": {
            "listing_id": sku,
            "category": "used",
            "condition": "good",
            "currency": "EUR",
            "asked": "5.00",
            "listed_at": now,
            "time": now,
        },
        "pricing-control": {"kind": "forget_customer", "customer_id": sku, "actor": "anna"},
    }


def formed(
    registry: RegistryServer, form: str, topic: str, value: Any
) -> tuple[bytes, list[tuple[str, bytes]]]:
    """The value and the headers of a record in a form."""
    plain = json.dumps(value).encode()
    event = {"specversion": "1.0", "id": value.get("sku", "1"), "source": "/shop", "type": topic}
    match form:
        case "avro":
            return in_avro(registry, topic, value), []
        case "json-schema":
            number = registry.add(f"{topic}-json", '{"type": "object"}', "JSON")
            return frame(number, plain), []
        case "cloudevents":
            headers = [("content-type", b"application/cloudevents+json")]
            return json.dumps(event | {"data": value}).encode(), headers
        case "cloudevents-binary":
            headers = [(f"ce_{name}", text.encode()) for name, text in event.items()]
            return plain, [*headers, ("content-type", b"application/json")]
    return plain, []


async def send_all(
    bootstrap: str, registry: RegistryServer, now: int
) -> tuple[dict[str, list[Sent]], list[Sent]]:
    """Where Kafka put the records of each SKU, a good one a topic; and those of no use."""
    good: dict[str, list[Sent]] = {}
    broken: list[Sent] = []
    for compression in CODECS:
        async with AIOKafkaProducer(
            bootstrap_servers=bootstrap, compression_type=compression, linger_ms=20
        ) as producer:
            waiting = []
            for form in FORMS:
                sku = f"{compression}-{form}"
                for topic, value in records(sku, now).items():
                    text, headers = formed(registry, form, topic, value)
                    waiting.append((sku, await producer.send(topic, text, headers=headers)))
                    nonsense = text[:5] + b"\xff" * 8
                    waiting.append(("", await producer.send(topic, nonsense, headers=headers)))
            for sku, future in waiting:
                place = await future
                sent = good.setdefault(sku, []) if sku else broken
                sent.append((place.topic, place.partition, place.offset))
    return good, broken


@pytest.fixture
def registry() -> Iterator[RegistryServer]:
    with running() as server:
        yield server


def test_keyless_records_of_every_codec_and_form_are_priced_or_refused_by_name(
    shop: KafkaShop, registry: RegistryServer, start_worker: Callable[..., Worker], tmp_path: Path
) -> None:
    now = int(time.time() * 1000)
    good, broken = asyncio.run(send_all(shop.bootstrap, registry, now))
    topics = {topic.name for topic in TOPICS.values() if topic.direction == "in"}
    assert len(good) == len(CODECS) * len(FORMS)
    assert all({topic for topic, _, _ in sent} == topics for sent in good.values())
    worker = start_worker(
        "w0", PRICETIDE_REGISTRY=registry.url, PRICETIDE_REGISTRY_CACHE=str(tmp_path)
    )
    shop.settle(worker)
    journaled = {
        (row.source.topic_name, row.source.partition, row.offset)
        for values in shop.journal().values()
        for row in rows(values)
        if row.source is not None
    }
    assert {place for sent in good.values() for place in sent} <= journaled
    assert not journaled & set(broken)
    letters = [dict(record.headers) for record in shop.read(["dead-letters"])]
    named = [
        (
            found["source-topic"].decode(),
            int(found["source-partition"]),
            int(found["source-offset"]),
        )
        for found in letters
    ]
    assert sorted(named) == sorted(broken)
    assert all(each["error"] for each in letters)
    # 4.10 / 0.6, rounded up
    shop.wait(lambda: shop.number("price-changes") >= len(good), "priced", worker)
    changes = [json.loads(record.value) for record in shop.read(["price-changes"])]
    assert {change["sku"]: change["price"] for change in changes} == dict.fromkeys(good, "6.84")
    assert worker.stop() == 0
