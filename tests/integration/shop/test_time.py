"""Time passes in a shop where nothing happens."""

import json
import time

import pytest

from schemas.values.instants import to_ms
from tests.integration.shop.traffic import TEA

pytestmark = pytest.mark.integration

COOLDOWN_SECONDS = 3
POLICY = {
    "policy_id": "match",
    "strategy": [{"kind": "match_competitor"}, {"kind": "keep"}],
    "guardrails": {"cooldown": f"PT{COOLDOWN_SECONDS}S"},
}


def now():
    return time.time_ns() // 1_000_000


def test_a_cooldown_ends_by_itself(shop, start_worker, tmp_path):
    file = tmp_path / "policies.json"
    file.write_text(json.dumps([POLICY]))
    worker = start_worker("w0", "--policies", str(file))

    def put(topic, value):
        shop.put(topic, json.dumps(value).encode(), b"tea", now()).get(timeout=30)

    def competitor(price):
        value = {"sku": "tea", "competitor": "r", "currency": "USD", "price": price, "time": now()}
        put("competitor-prices", value)

    def changes():
        return [json.loads(record.value) for record in shop.read(["price-changes"])]

    put("products", TEA)
    worker.wait_for("ready after")
    competitor("9.00")
    competitor("8.00")
    shop.wait(lambda: len(changes()) == 2, "changed again", worker)
    assert worker.stop() == 0, worker.tail()
    first, second = changes()
    assert (first["price"], second["price"]) == ("9.00", "8.00")
    assert first["cause"]["topic"] == "competitor-prices"
    assert second["cause"]["topic"] == "tick"
    assert to_ms(second["time"]) - to_ms(first["time"]) >= 1000 * COOLDOWN_SECONDS
    outcomes = [json.loads(r.value)["outcome"] for r in shop.read(["price-decisions"])]
    assert outcomes[-3:] == ["changed", "held", "changed"]
