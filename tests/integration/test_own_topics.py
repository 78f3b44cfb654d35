"""A merchant's own topics on a real Kafka: his names, his fields, no keys, and nothing lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer

from streams.kafka.broker import EmbeddedBroker
from tests.integration.shop.worker import Worker
from tests.patience import Patience

pytestmark = pytest.mark.integration

CONFIGURATION = """\
topic_prefix = "tide."
partitions = 2

[topics.orders]
name = "sales.orders.v3"

[topics.orders.fields]
order_id = "id"
lines = "items"
unit_price = { from = "cents", minor_units = true }
currency = { constant = "EUR" }

[topics.price-changes]
name = "sales.prices"
"""
NOW = "2026-03-01T09:30:00Z"
PROMOTION = {
    "promotion_id": "spring",
    "select": {"skus": ["other"]},
    "starts_at": NOW,
    "ends_at": "2026-03-02T09:30:00Z",
    "discount": {"percent": "10%"},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    (folder / "pricetide.toml").write_text(CONFIGURATION)
    return folder


@pytest.fixture(scope="module")
def kafka(folder: Path) -> Iterator[str]:
    with EmbeddedBroker() as broker:
        assert pricetide(folder, "topics", "--bootstrap", broker.bootstrap).returncode == 0
        yield broker.bootstrap


def pricetide(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "streams.cli", *arguments],
        env=os.environ | {"PRICETIDE_CONFIG": str(folder / "pricetide.toml")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def send(bootstrap: str, topic: str, *values: dict[str, Any]) -> None:
    """Without a key; raises where Kafka refuses one of them."""
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    try:
        for sent in [producer.send(topic, json.dumps(value).encode()) for value in values]:
            sent.get(timeout=30)
    finally:
        producer.close()


def test_a_price_comes_of_keyless_records_under_names_and_fields_of_the_merchants(
    folder: Path, kafka: str
) -> None:
    policy = {
        "policy_id": "all",
        "version": 1,
        "strategy": [{"kind": "cost_plus", "margin": "40%"}],
        "guardrails": {"cooldown": None},
    }
    product = {
        "sku": "4711",
        "name": "Arabica",
        "currency": "EUR",
        "price": "8.99",
        "cost": "4.10",
        "category": "coffee",
    }
    order = {"id": "o-1", "time": NOW, "items": [{"sku": "4711", "quantity": 1, "cents": 899}]}
    send(kafka, "tide.pricing-policies", policy)
    send(kafka, "tide.products", product)
    send(kafka, "tide.promotions", PROMOTION)
    send(kafka, "tide.inventory", {"sku": "4711", "time": NOW, "on_hand": 5})
    send(kafka, "tide.clickstream", {"sku": "4711", "action": "view", "time": NOW})
    send(kafka, "sales.orders.v3", order, order | {"id": "o-2", "items": "none"})
    variables = {"PRICETIDE_CONFIG": str(folder / "pricetide.toml")}
    worker = Worker(kafka, folder, "w0", **variables)
    try:
        (changed,) = read(kafka, "sales.prices", 1)
        assert (changed["sku"], changed["price"]) == ("4711", "6.84")
        assert changed["cause"]["topic"] in ("products", "pricing-control", "orders")
        assert b"EUR" in read(kafka, "tide.product-currencies", 3, raw=True)
        (letter,) = read(kafka, "tide.dead-letters", 1)
        assert letter["id"] == "o-2"
    finally:
        assert worker.stop() == 0


def read(bootstrap: str, topic: str, least: int, *, raw: bool = False) -> list[Any]:
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
    )
    found: list[Any] = []
    patience = Patience()
    try:
        while len(found) < least:
            patience.require(found)
            for records in consumer.poll(timeout_ms=500).values():
                found += [r.value if raw else json.loads(r.value) for r in records]
    finally:
        consumer.close()
    return found


def test_feed_check_says_what_share_would_be_accepted_and_why_not(folder: Path, kafka: str) -> None:
    told = pricetide(folder, "feed", "check", "orders", "--bootstrap", kafka)
    assert told.returncode == 1
    lines = told.stdout.splitlines()
    assert "orders (sales.orders.v3): 50.0% of the newest 2 records" in lines[0]
    assert "1 refused, first orders-" in lines[1]
    assert '"order_id": "o-1"' in lines[3]
    assert '"unit_price": "8.99"' in lines[3]
    clean = pricetide(folder, "feed", "check", "products", "--bootstrap", kafka, "--json")
    assert (clean.returncode, json.loads(clean.stdout)["accepted"]) == (0, 1)


def test_topics_that_the_merchant_compacts_are_said_to_refuse_keyless_records(
    folder: Path, kafka: str
) -> None:
    from kafka import KafkaAdminClient
    from kafka.admin import ConfigResource, ConfigResourceType

    admin = KafkaAdminClient(bootstrap_servers=kafka)
    change = {"cleanup.policy": "compact"}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "tide.products", change)])
    admin.close()
    told = pricetide(folder, "topics", "--check", "--bootstrap", kafka)
    assert told.returncode == 1
    assert "Kafka refuses records without a key" in told.stdout
