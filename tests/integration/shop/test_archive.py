"""The journal in an archive, and the state made anew from it once Kafka has forgotten both."""

import subprocess
import sys

import msgspec
import pytest
from kafka import TopicPartition

from online_models.persistence.versions import OLDEST
from streams.archive import segments
from streams.archive.store import store
from streams.configuration.settings import Settings
from streams.kafka.app import FAILED
from streams.pricer.snapshots.codec import SnapshotPart, decode_part
from streams.pricer.snapshots.store import APP, OWNER, POSITION, REFUSAL, SETTINGS
from tests.integration.shop import traffic
from tests.integration.shop.kafka_shop import JOURNAL
from tests.integration.shop.truth import assert_exactly, undisturbed

pytestmark = pytest.mark.integration

SNAPSHOTS = "pricing-snapshots"
ENDS_WITHIN = 120


def aged(record):
    """A record of the snapshots' log as a release wrote it whose snapshots no one reads now."""
    if record.key in (POSITION, APP, SETTINGS, OWNER, REFUSAL):
        return record.value
    part: SnapshotPart = msgspec.structs.replace(decode_part(record.value), version=OLDEST - 1)
    return msgspec.msgpack.encode(part)


@pytest.fixture(scope="module")
def pricetide(shop):
    """Run a command; returns (exit status, what it printed)."""

    def run(*arguments):
        command = [sys.executable, "-m", "streams.cli", *arguments]
        if arguments[1] in ("archive", "--from"):
            command += ["--bootstrap", shop.bootstrap]
        if arguments[0] == "rebuild":
            command += ["--partitions", str(shop.partitions)]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=120)
        return ended.returncode, ended.stdout + ended.stderr

    return run


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """Where the archive is."""
    return str(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def forgotten(shop, start_worker, pricetide, archive):
    """(shop, worker): stopped, its snapshots of a version that is not read any more, and its
    journal cut off by retention, but archived in two goes.
    """
    worker = start_worker("w0")
    shop.send(traffic.catalogue())
    events = list(traffic.events(900))
    for number, some in enumerate((events[:500], events[500:])):
        if number:
            worker.start()
        shop.send(some, per_second=1000)
        shop.settle(worker)
        assert worker.stop() == 0, worker.tail()
        status, said = pricetide("journal", "archive", "--to", archive, "--once")
        assert status == 0, said
    log = shop.read([SNAPSHOTS])
    shop.recreate([SNAPSHOTS])
    for record in log:
        shop.producer.send(
            SNAPSHOTS, value=aged(record), key=record.key, partition=record.partition
        )
    shop.producer.flush()
    shop.delete_before({TopicPartition(JOURNAL, p): at for p, at in shop.position().items()})
    return shop, worker


def test_a_worker_that_reads_none_of_the_snapshots_says_so_and_what_to_do(forgotten):
    _, worker = forgotten
    said = len(worker.text())
    worker.start()
    assert worker.process.wait(ENDS_WITHIN) == FAILED, worker.tail()
    text = worker.text()[said:]
    assert f"snapshots of version {OLDEST - 1} only, and this release reads {OLDEST} to" in text
    assert "pricetide rebuild --from ARCHIVE" in text


def test_rebuilt_from_the_archive_a_worker_goes_on_with_the_state_that_it_had(
    forgotten, pricetide, archive
):
    shop, worker = forgotten
    status, said = pricetide("journal", "verify", "--from", archive)
    assert status == 0, said
    assert said.count("sound") == shop.partitions, said
    status, said = pricetide("rebuild", "--from", archive)
    assert status == 0, said
    assert "offers, state at" in said, said
    worker.start()
    shop.send(list(traffic.events(1300))[900:], per_second=1000)
    shop.settle(worker)
    status, said = pricetide("rebuild", "--from", archive)
    assert status == 1, said
    assert "workers of pricetide that run: 1" in said, said
    assert worker.stop() == 0, worker.tail()
    assert pricetide("journal", "archive", "--to", archive, "--once")[0] == 0
    files = store(archive)
    journal = {
        partition: [r.value for r in segments.records(files, segments.segments(files, partition))]
        for partition in range(shop.partitions)
    }
    assert_exactly(
        shop.published(),
        undisturbed(journal, shop.position(), Settings(partitions=shop.partitions)),
    )


def test_an_archive_of_another_journal_is_not_gone_on_with(forgotten, pricetide, archive):
    shop, _ = forgotten
    shop.recreate([JOURNAL])
    status, said = pricetide("journal", "archive", "--to", archive, "--once")
    assert status == 1, said
    assert "archive of another journal" in said, said
