"""Promotions of a live shop: planned once, started by the policy, and its prices follow, whenever
the pricer is killed; and what those brought that the merchant had announced himself, each once.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import decode
from schemas.values.instants import DAY, to_ms, to_text
from streams.cli import main
from tests.integration.shop.truth import assert_exactly
from tests.streams.commands.recorded_shop import recorded_shop

pytestmark = pytest.mark.integration

KEEP = {"policy_id": "p", "strategy": [{"kind": "keep"}]}


def told(shop: Any, topic: str) -> list[dict[str, Any]]:
    return [json.loads(record.value) for record in shop.read([topic])]


def test_plans_are_made_once_and_started_and_prices_follow(
    shop: Any,
    start_worker: Any,
    expected: Any,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {"BUCKET": "P1D", "PARTITIONS": str(shop.partitions), "TRAINING": str(tmp_path)}
    for name, value in settings.items():
        monkeypatch.setenv(f"PRICETIDE_{name}", value)
    folder = recorded_shop(tmp_path / "recording")
    lines = [
        (topic, json.loads(line))
        for topic in ("products", "promotions", "orders", "clickstream")
        for line in gzip.decompress((folder / f"{topic}.jsonl.gz").read_bytes()).splitlines()
    ]
    lines.sort(key=lambda each: each[1]["timestamp"])
    planning: dict[str, Any] = {"budget": "100000.00"}
    shop.put("pricing-policies", json.dumps(KEEP | {"promotions": planning}).encode(), b"p")
    worker = start_worker("w0", PRICETIDE_BUCKET="P1D")
    for topic, line in lines:
        shop.put(topic, json.dumps(line["value"]).encode(), line["key"].encode(), line["timestamp"])
    shop.producer.flush()
    last = max(line["timestamp"] for _, line in lines)
    shop.settle(worker)
    run = ["promotions", "--bootstrap", shop.bootstrap, "--publish", "--json"]
    for first in (True, False):
        assert main(run) == 0
        found = json.loads(capsys.readouterr().out)
        assert bool(found["plans"]) is first
        assert bool(found["results"]) is first
        assert not found["started"]
        plans = told(shop, "promotion-plans")
    own = {line["value"]["promotion_id"] for topic, line in lines if topic == "promotions"}
    results = told(shop, "promotion-results")
    assert results
    for each in results:
        decode("promotion-results", json.dumps(each).encode())
        assert each["promotion_id"] in own
        assert each["units"] > each["usual_units"] > 0
        assert float(each["lower"]) < float(each["profit"]) < float(each["upper"])
        assert each["control_units"] > 0
    for plan in plans:
        decode("promotion-plans", json.dumps(plan).encode())
        assert to_ms(plan["starts_at"]) > last
    # a policy that starts them by itself takes up those that wait
    planning["start"] = "start"
    shop.put("pricing-policies", json.dumps(KEEP | {"promotions": planning}).encode(), b"p")
    shop.producer.flush()
    shop.settle(worker)
    assert main(run) == 0
    started = json.loads(capsys.readouterr().out)["started"]
    assert {each["plan_id"] for each in started} == {each["plan_id"] for each in plans}
    worker.kill()
    worker.start()
    plan = min(plans, key=lambda each: each["starts_at"])
    begins = to_ms(plan["starts_at"])
    shop.settle(worker)
    tick = {"kind": "tick", "time": to_text(begins + DAY // 2)}
    shop.put("pricing-control", json.dumps(tick).encode(), None, begins + DAY // 2)
    shop.producer.flush()
    worker.kill()
    worker.start()
    shop.wait(
        lambda: any(
            (each["sku"], each["price"]) == (plan["sku"], plan["price"])
            for each in told(shop, "price-changes")
        ),
        "promoted",
        worker,
    )
    shop.settle(worker)
    assert worker.stop() == 0, worker.tail()
    # plans are the trainer's
    priced = [each for each in shop.published() if each.topic != "promotion-plans"]
    assert_exactly(priced, expected(bucket="P1D"))
