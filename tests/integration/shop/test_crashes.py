"""Workers that are killed in mid-stream, and started again by whoever supervises them."""

import gzip
import json
import subprocess
import sys
import time
from itertools import islice

import pytest

from streams.recording import line
from tests.integration.shop import traffic
from tests.integration.shop.kafka_shop import JOURNAL, OUTPUTS, Published
from tests.integration.shop.truth import assert_exactly, digest

pytestmark = pytest.mark.integration

EVENTS = 2000
PER_SECOND = 1000
#: Where prices of the several kinds of commerce go.
PRICES = ("price-changes", "price-offers", "price-quotes", "price-suggestions", "recommendations")

#: What prices are below others for.
REDUCED = {"contract", "personal", "break", "promotion"}


@pytest.fixture(scope="module")
def disturbed(shop, start_worker):
    """A shop both of whose workers were killed in mid-stream, one of them twice."""
    workers = [start_worker(f"w{i}") for i in range(2)]
    shop.send(traffic.catalogue())
    for worker in workers:
        worker.wait_for("ready after")
    events = traffic.events(10 * EVENTS)
    for victim in (0, 1, 0, None):
        shop.send(islice(events, 500), PER_SECOND)
        if victim is not None:
            workers[victim].kill()
            workers[victim].start()
    # much is said at ticks alone, which a busy second has few of
    while not every_kind(shop.published()):
        shop.send([next(events) for _ in range(50)], PER_SECOND)
        time.sleep(0.2)
    shop.settle(*workers)
    for worker in workers:
        assert worker.stop() == 0, worker.tail()
    # a tick may have reached the journal after its pricer stopped
    last = start_worker("last", "--role", "price")
    shop.priced(last)
    assert last.stop() == 0, last.tail()
    return shop


@pytest.fixture(scope="module")
def outputs(disturbed):
    return disturbed.published()


def test_outputs_are_those_of_an_undisturbed_run(outputs, expected):
    assert len(outputs) > EVENTS // 2
    assert every_kind(outputs)
    assert_exactly(outputs, expected())


def test_a_replay_of_the_recorded_journal_gives_the_same_prices(disturbed, outputs, tmp_path):
    recording, again = tmp_path / "recording", tmp_path / "again"
    bootstrap = ["--bootstrap", disturbed.bootstrap]
    command("record", JOURNAL, "--out", str(recording), *bootstrap)
    partitions = ["--partitions", str(disturbed.partitions)]
    command("replay", str(recording), "--out", str(again), *partitions)
    for topic in PRICES:
        assert digest(recorded(again / f"{topic}.jsonl.gz"), topic) == digest(outputs, topic)


def every_kind(outputs):
    """Whether all kinds of commerce have had their prices."""
    topics = {output.topic for output in outputs}
    return set(PRICES) <= topics and set(map(reduced_by, outputs)) >= REDUCED


def reduced_by(output):
    """What a price is below another for; None where it is nothing of that."""
    value = json.loads(output.value or b"{}")
    if output.topic == "price-changes":
        return None if value.get("promotion_id") is None else "promotion"
    if output.topic != "price-offers":
        return None
    if value.get("contract_id") is not None:
        return "contract"
    if "cluster" in value:
        return "personal"
    steps = {step["rule"] for step in value["explanation"]}
    return "break" if "quantity_break" in steps else None


def command(*words):
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli", *words], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr


def recorded(path):
    with gzip.open(path) as lines:
        for text in lines:
            found = line.entry(line.parse(text), 0)
            yield Published(found.topic, found.key, found.value, found.timestamp)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_the_same_journal_gives_the_same_prices_to_any_number_of_workers(
    disturbed, outputs, start_worker, number
):
    first = digest(outputs)
    disturbed.recreate([*OUTPUTS, "pricing-snapshots"])
    app = f"priced-by-{number}"
    workers = [
        start_worker(f"{number}-{i}", "--role", "price", PRICETIDE_APP=app) for i in range(number)
    ]
    disturbed.priced(*workers, app=app)
    for worker in workers:
        worker.kill()
    assert digest(disturbed.published()) == first
