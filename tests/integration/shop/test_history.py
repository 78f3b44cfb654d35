"""A shop brings its past along: the pricer knows it before its first price goes out."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from schemas.values.instants import DAY, HOUR, to_text
from streams.cli import main
from tests.integration.shop.kafka_shop import KafkaShop
from tests.integration.shop.worker import Worker

DAYS, SKUS, ELASTICITY = 100, ("a", "b", "c", "d"), -3.0
#: It ends three days ago, so that late orders are waited for no more, and began before `orders`
#: would keep its records.
BEGIN = (time.time_ns() // 1_000_000 // DAY - DAYS - 3) * DAY


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def past() -> list[dict[str, Any]]:
    """Order lines, the newest first, as shops export them; prices that moved by chance."""
    rng = np.random.default_rng(3)
    rows = []
    for day in range(DAYS):
        for sku in SKUS:
            price = round(10.0 * float(np.exp(rng.choice([-0.15, 0.0, 0.15]))), 2)
            rows += [
                {
                    "order_id": f"{sku}-{day}-{i}",
                    "time": to_text(BEGIN + day * DAY + HOUR + i * 1000),
                    "sku": sku,
                    "quantity": 1,
                    "unit_price": f"{price:.2f}",
                    "currency": "EUR",
                }
                for i in range(rng.poisson(12.0 * (price / 10.0) ** ELASTICITY))
            ]
    return sorted(rows, key=lambda row: row["time"], reverse=True)


def import_(path: Path, kind: str, shop: KafkaShop, *flags: str) -> int:
    return main(["import", str(path), "--as", kind, "--bootstrap", shop.bootstrap, *flags])


def told(shop: KafkaShop, topic: str) -> list[dict[str, Any]]:
    return [json.loads(record.value) for record in shop.read([topic]) if record.value]


def retention(shop: KafkaShop, ms: int | None = None) -> int:
    """How long `orders` keeps its records, and from now on if given, ms."""
    admin = KafkaAdminClient(bootstrap_servers=shop.bootstrap)
    try:
        wanted = ConfigResource(ConfigResourceType.TOPIC, "orders", {"retention.ms": str(ms)})
        if ms is not None:
            admin.alter_configs([wanted], incremental=True)
        found = admin.describe_configs([wanted], config_filter="all")["topic"]["orders"]
        return int(found["retention.ms"]["value"])
    finally:
        admin.close()


def test_it_is_known_before_the_first_price(
    shop: KafkaShop,
    start_worker: Callable[..., Worker],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    retention(shop, 14 * DAY)
    product = {"currency": "EUR", "price": "10.00", "cost": "5.00", "category": "c"}
    products = [{"sku": sku, "name": sku, **product} for sku in SKUS]
    assert import_(write(tmp_path / "products.csv", products), "products", shop) == 0
    orders = write(tmp_path / "orders.csv", past())
    assert import_(orders, "orders", shop, "--history") == 0
    said = capsys.readouterr()
    assert "orders keeps records of any age now" in said.err
    assert retention(shop) == -1

    worker = start_worker("w0", "--shadow", "true", PRICETIDE_BUCKET="P1D")
    shop.ingested(worker)
    shop.put("pricing-control", b'{"kind": "tick", "actor": "test"}')
    shop.producer.flush()
    shop.settle(worker)
    assert sum(seen["units"] for seen in told(shop, "demand-observations")) == len(past())
    learnt = {e["sku"]: e["own"] for e in told(shop, "elasticities") if e["scope"] == "offer"}
    assert set(learnt) == set(SKUS)
    assert abs(np.mean([own["mean"] for own in learnt.values()]) - ELASTICITY) < 0.6
    # half as wide as before any evidence
    assert max(own["upper"] - own["lower"] for own in learnt.values()) < 1.5
    assert told(shop, "price-changes") == []

    # what comes too late is refused, and nothing is sent
    assert import_(orders, "orders", shop, "--history") == 2
    assert "the pricer has begun" in capsys.readouterr().err
    assert worker.stop() == 0, worker.tail()
