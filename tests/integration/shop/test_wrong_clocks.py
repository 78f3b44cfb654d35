"""No clock but the broker's moves event time: not a worker's, not a producer's."""

import json
import socket
import time
import urllib.error
import urllib.request

import pytest

from schemas.values.instants import to_ms
from streams.journal import codec
from tests.integration.shop.traffic import TEA

pytestmark = pytest.mark.integration

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
YEAR_2099 = to_ms("2099-01-01T00:00:00Z")
POLICY = {
    "policy_id": "match",
    "strategy": [{"kind": "match_competitor", "max_age": "PT12H"}, {"kind": "keep"}],
}


def now():
    return time.time_ns() // 1_000_000


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_event_time_and_prices_stand_where_clocks_are_wrong(shop, start_worker, tmp_path):
    port = free_port()
    flag, file = tmp_path / "wrong", tmp_path / "policies.json"
    file.write_text(json.dumps([POLICY]))
    worker = start_worker(
        "w0",
        "--policies",
        str(file),
        "--metrics",
        str(port),
        module="tests.integration.shop.wrong_clock_worker",
        WRONG_CLOCK=str(flag),
    )

    def put(topic, value, timestamp=None):
        at = now() if timestamp is None else timestamp
        shop.put(topic, json.dumps(value).encode(), b"tea", at).get(timeout=30)

    def rival(price, **fields):
        value = {"sku": "tea", "competitor": "r", "currency": "USD", "price": price}
        put("competitor-prices", value | {"time": now()} | fields, fields.get("time"))

    def changes():
        return [json.loads(record.value) for record in shop.read(["price-changes"])]

    def ready():
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=5) as reply:
                return reply.status == 200
        except urllib.error.HTTPError:
            return False

    put("products", TEA)
    worker.wait_for("ready after")
    rival("9.00")
    shop.wait(lambda: len(changes()) == 1, "followed the competitor", worker)
    shop.wait(ready, "ready", worker)

    click = {"sku": "tea", "action": "view"}
    put("clickstream", click | {"time": now() + 23 * HOUR}, now() + 23 * HOUR)
    put("clickstream", click, YEAR_2099)
    rival("5.00", time=YEAR_2099)
    shop.wait(lambda: shop.number("dead-letters") == 3, "buried what is ahead", worker)

    flag.touch()
    worker.wait_for("34,560,000 s ahead of the broker's")
    assert not ready()
    time.sleep(6)
    flag.unlink()
    worker.wait_for("agrees with the broker's again")
    shop.wait(ready, "ready again", worker)
    rival("8.00")
    shop.wait(lambda: len(changes()) == 2, "followed it again", worker)
    assert worker.stop() == 0, worker.tail()

    assert [change["price"] for change in changes()] == ["9.00", "8.00"]
    kinds = [json.loads(r.value)["kind"] for r in shop.read(["pricing-alerts"])]
    assert kinds.count("clock_disagrees") == 2
    batches = [codec.decode(value) for values in shop.journal().values() for value in values]
    latest = max(int(batch.time.max(initial=0)) for batch in batches)
    assert latest < now() + MINUTE
