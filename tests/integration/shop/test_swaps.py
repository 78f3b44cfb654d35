"""Networks swapped under load: no event is lost, and a replay of the journal prices alike."""

import json
from collections import Counter
from collections.abc import Iterator

import pytest

from online_models.demand.networks import chunks
from tests.integration.shop import traffic
from tests.integration.shop.truth import assert_exactly
from tests.networks import BROKEN, broken, network, records

pytestmark = pytest.mark.integration

SWAPS = 20
EVENTS = 1600
#: Buckets are days: so many of them close while networks come and go.
STEP = 20 * traffic.MINUTE
PART = 20_000


def updates(number: int) -> Iterator[bytes]:
    """A champion in several parts; before every third, one that is broken, each in its way."""
    if number % 3 == 0 and number // 3 < len(BROKEN):
        kind = list(BROKEN)[number // 3]
        yield json.dumps(broken(kind, kind)).encode()
    for value in records(network(number), f"v{number}", "champion"):
        yield json.dumps(value).encode()


@pytest.fixture(scope="module")
def swapped(shop, start_worker):
    """The shop after twenty swaps under load, one worker killed and started again among them."""
    worker = start_worker("w0")
    shop.send(traffic.catalogue())
    events = list(traffic.events(EVENTS, step=STEP))
    part = EVENTS // SWAPS
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "PART", PART)
        for number in range(SWAPS):
            some = events[number * part : (number + 1) * part]
            shop.send(some[: part // 2], per_second=400)
            for value in updates(number):
                shop.put("model-updates", value, b"demand", some[part // 2].time)
            shop.send(some[part // 2 :], per_second=400)
            if number == SWAPS // 2:
                worker.kill()
                worker.start()
    shop.settle(worker)
    assert worker.stop() == 0, worker.tail()
    return shop


def test_no_event_is_lost_and_prices_are_those_of_a_replay(swapped, expected):
    found = swapped.published()
    assert_exactly(found, expected())
    versions = {
        json.loads(output.value)["model_version"]
        for output in found
        if output.topic == "price-decisions"
    }
    assert "online" in versions
    assert len(versions) > SWAPS // 2


def test_broken_weights_are_refused_with_an_alert_each(swapped):
    alerts = [json.loads(r.value) for r in swapped.read(["pricing-alerts"])]
    refused = [a for a in alerts if a["kind"] == "model_rejected"]
    found = Counter(a["details"]["version"] for a in refused)
    # said once, whatever the number of partitions that refuse them
    assert found == dict.fromkeys(BROKEN, 1)
    assert all(BROKEN[a["details"]["version"]] in a["message"] for a in refused)
    assert not swapped.read(["dead-letters"])
