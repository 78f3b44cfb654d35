"""Avro with a schema registry, in and out, on a real Kafka."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fastavro
import pytest
from kafka import KafkaConsumer, KafkaProducer

from schemas.export.avro import avro_schema
from schemas.topics import TOPICS
from streams.formats.framing import frame
from streams.kafka.broker import EmbeddedBroker
from tests.integration.shop.worker import Worker
from tests.integration.test_own_topics import pricetide
from tests.patience import PATIENCE_SECONDS
from tests.streams.formats.registry_server import RegistryServer, running

pytestmark = pytest.mark.integration

POLICY = {
    "policy_id": "all",
    "version": 1,
    "strategy": [{"kind": "cost_plus", "margin": "40%"}],
}
PRODUCT = {
    "sku": "4711",
    "name": "Arabica",
    "currency": "EUR",
    "price": "8.99",
    "cost": "4.10",
    "category": "coffee",
}


@pytest.fixture
def registry() -> Iterator[RegistryServer]:
    with running() as server:
        yield server


def in_avro(registry: RegistryServer, topic: str, value: Any) -> bytes:
    schema = avro_schema(TOPICS[topic])
    target = io.BytesIO()
    fastavro.schemaless_writer(target, fastavro.parse_schema(schema), value)
    return frame(registry.add(f"{topic}-value", schema), target.getvalue())


def test_prices_in_avro_come_of_products_in_avro(
    fresh_broker: EmbeddedBroker, registry: RegistryServer, tmp_path: Path
) -> None:
    (tmp_path / "pricetide.toml").write_text(
        f'registry = "{registry.url}"\nregistry_cache = "{tmp_path}"\n'
        'output_format = "avro"\npartitions = 1\n'
    )
    kafka = fresh_broker.bootstrap
    assert pricetide(tmp_path, "topics", "--bootstrap", kafka).returncode == 0
    producer = KafkaProducer(bootstrap_servers=kafka)
    producer.send("pricing-policies", json.dumps(POLICY).encode())
    producer.send("products", in_avro(registry, "products", PRODUCT))
    # time goes on with what customers do
    producer.send("clickstream", b'{"sku": "4711", "action": "view"}')
    producer.flush()
    worker = Worker(kafka, tmp_path, "w0", PRICETIDE_CONFIG=str(tmp_path / "pricetide.toml"))
    consumer = KafkaConsumer(
        "price-changes",
        bootstrap_servers=kafka,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        consumer_timeout_ms=int(PATIENCE_SECONDS * 1000),
    )
    try:
        record = next(iter(consumer))
    finally:
        consumer.close()
        assert worker.stop() == 0
    number = int.from_bytes(record.value[1:5], "big")
    schema = json.loads(registry.schemas[number - 1]["schema"])
    change: Any = fastavro.schemaless_reader(io.BytesIO(record.value[5:]), schema, None)
    assert (record.value[0], change["sku"], change["currency"]) == (0, "4711", "EUR")
