"""Events whose effect fails, on workers that are killed: skipped by all alike, and said once."""

import json
import subprocess
import sys

import pytest

from online_models.fold import facts
from online_models.fold.fold import Fold
from streams.cli import main
from streams.configuration.settings import Settings
from streams.journal import codec
from streams.quarantine.entries import Quarantine, decoded
from streams.quarantine.guard import Guard
from streams.replay.replay import Replay
from tests.integration.shop import traffic
from tests.integration.shop.kafka_shop import OUTPUTS, Published
from tests.integration.shop.truth import assert_exactly
from tests.streams.quarantine.poison import POISON, inject

pytestmark = pytest.mark.integration

TOPIC = "pricing-quarantine"
POISONED = "tests.streams.quarantine.poisoned_worker"
#: One SKU in every partition of the journal, or nearly.
FAULTS = [*traffic.SKUS[:6], *traffic.SKUS[:3]]


def poison(event, number):
    value = {"decision_id": POISON, "sku": FAULTS[number], "status": "applied", "price": "1"}
    return traffic.Event("price-acks", FAULTS[number], json.dumps(value).encode(), event.time)


@pytest.fixture(scope="module")
def survived(shop, start_worker):
    """The shop after faults on two workers, one of which was killed, and a third that took over."""
    workers = [start_worker(f"w{i}", module=POISONED) for i in range(2)]
    for worker in workers:
        worker.wait_for("ready after")
    shop.send(traffic.catalogue())
    events = list(traffic.events(1200))
    for number in range(len(FAULTS)):
        events.insert((number + 1) * 120, poison(events[(number + 1) * 120], number))
    shop.send(events[:500], per_second=400)
    shop.wait(lambda: shop.number(TOPIC) > 0, "quarantined", *workers)
    workers[0].kill()
    shop.send(events[500:900], per_second=400)
    said = len(workers[0].text())
    workers[0].start()
    shop.send(events[900:], per_second=400)
    shop.wait(lambda: "ready after" in workers[0].text()[said:], "back", *workers)
    shop.settle(*workers)
    for worker in workers:
        assert worker.stop() == 0, worker.tail()
    # it finds the list, and folds again from the journal's beginning what it finds no snapshot of
    heir = start_worker("heir", PRICETIDE_PARTITIONS=str(shop.partitions))
    shop.settle(heir)
    assert heir.stop() == 0, heir.tail()
    return shop


def listed(shop):
    entries = [decoded(record.value) for record in shop.read([TOPIC])]
    return {p: [e for e in entries if e.partition == p] for p in range(shop.partitions)}


def folded(shop, quarantines):
    found = []
    for partition, values in shop.journal().items():
        settings = Settings(partitions=shop.partitions).fold.of_partition(partition)
        guard = Guard(Fold(settings), settings, partition, quarantines[partition])
        for offset, value in enumerate(values):
            found += [Published(*out) for out in guard.step(offset, codec.decode(value))]
    return found


def test_each_is_listed_once_with_its_cause(survived):
    entries = [entry for those in listed(survived).values() for entry in those]
    assert len(entries) == len(FAULTS)
    assert {(entry.topic, entry.cause) for entry in entries} == {
        ("price-acks", "ArithmeticError: a fault")
    }


def test_what_was_published_is_what_a_fold_with_the_fault_says_and_one_with_the_list(survived):
    published = survived.published()
    alerts = [out for out in published if b'"event_quarantined"' in out.value]
    assert len(alerts) == len(FAULTS)
    sound = inject()
    try:
        faulty = folded(survived, {p: Quarantine() for p in range(survived.partitions)})
    finally:
        facts.HANDLERS["price-acks"] = sound
    assert_exactly(published, faulty)
    assert_exactly(
        published, folded(survived, {p: Quarantine(e) for p, e in listed(survived).items()})
    )


def test_a_recording_of_journal_and_list_is_replayed_to_the_same_bytes(survived, tmp_path):
    command = [sys.executable, "-m", "streams.cli", "record", "pricing-journal", TOPIC]
    command += ["--bootstrap", survived.bootstrap, "--out", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    replay = Replay(Settings(partitions=survived.partitions), [tmp_path], None, None)
    entries = [Published(e.topic, e.key, e.value, e.timestamp) for e in replay]
    assert_exactly(survived.published(), [e for e in entries if e.topic in OUTPUTS])


def test_once_the_fault_is_mended_each_is_sent_again_as_it_came_once_and_counts(
    survived, start_worker, capsys
):
    def acks():
        return [r for r in survived.read(["price-acks"]) if POISON.encode() in r.value]

    def told():
        alerts = [json.loads(r.value) for r in survived.read(["pricing-alerts"])]
        return sum(alert["kind"] == "unknown_ack" for alert in alerts)

    def redriven(*flags):
        assert main(["redrive", "--json", "--bootstrap", survived.bootstrap, *flags]) == 0
        return json.loads(capsys.readouterr().out)

    before = [(r.key, r.value, r.timestamp) for r in acks()]
    assert redriven()["would_send"] == len(before) == len(FAULTS)
    assert redriven("--send")["sent"] == len(FAULTS)
    again = redriven("--send")
    assert (again["sent"], again["sent_before"]) == (0, len(FAULTS))
    survived.wait(lambda: len(acks()) == 2 * len(FAULTS), "sent again")
    assert sorted((r.key, r.value, r.timestamp) for r in acks()) == sorted(2 * before)
    assert told() == 0
    mended = start_worker("mended")
    survived.settle(mended)
    # it is told at a tick, which may be yet to come
    survived.wait(lambda: told() > 0, "told", mended)
    assert mended.stop() == 0, mended.tail()
    assert survived.number(TOPIC) == len(FAULTS), "none is quarantined anew"
