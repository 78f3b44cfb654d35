import asyncio
import signal
import subprocess
import sys

import pytest
from aiokafka import AIOKafkaProducer

from streams.cli import main
from streams.configuration.settings import Settings
from streams.recording import Recording, RecordingWriter
from streams.recording.recorder import Recorder
from tests.patience import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.integration


def record(bootstrap, folder, *topics):
    assert main(["record", *topics, "--out", str(folder), "--bootstrap", bootstrap]) == 0
    return folder


async def transactions(bootstrap, topic, *plan):
    """Write one record to each of two partitions per transaction, and end it as planned."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=topic)
    await producer.start()
    for number, ending in enumerate(plan):
        await producer.begin_transaction()
        for partition in (0, 1):
            value = b"%d" % number
            await producer.send_and_wait(topic, value, partition=partition, timestamp_ms=number)
        if ending == "commit":
            await producer.commit_transaction()
        elif ending == "abort":
            await producer.abort_transaction()
        else:
            return producer
    await producer.stop()
    return None


def test_every_record_comes_back_as_it_was(bootstrap, make_topics, produce, tmp_path):
    first, second, empty = make_topics("orders", "clicks", "none", partitions=3)
    values = [b'{"price": 12.90}', b'{\n "a": 1\n}', b"\xff\x00", b"", b"null", None]
    written = [
        {
            "value": value,
            "key": key,
            "headers": [("error", b"why"), ("raw", b"\xff")],
            "partition": number % 3,
            "timestamp_ms": 1_000_000 - number,
        }
        for number, value in enumerate(values)
        for key in (b"sku", b"\xfe", None)
        if key is not None or value is not None
    ]
    produce(bootstrap, first, written)
    produce(bootstrap, second, [{"value": b"1"}])
    folder = record(bootstrap, tmp_path / "out", first, second, empty)
    assert {each.name for each in folder.iterdir()} == {
        f"{name}.jsonl.gz" for name in (first, second, empty)
    }
    found = Recording([folder], topics=[first])
    assert sorted(
        ((e.partition, e.key, e.value, e.timestamp, e.headers) for e in found), key=repr
    ) == sorted(
        (
            (e["partition"], e["key"], e["value"], e["timestamp_ms"], tuple(e["headers"]))
            for e in written
        ),
        key=repr,
    )
    assert Recording([folder]).topics == {first: len(written), second: 1}


def test_only_what_was_committed_is_recorded(bootstrap, make_topics, tmp_path):
    (topic,) = make_topics("outputs", partitions=2)
    asyncio.run(transactions(bootstrap, topic, "commit", "abort", "commit", "abort"))
    found = list(Recording([record(bootstrap, tmp_path, topic)]))
    assert [(e.partition, e.offset, e.value) for e in found] == [
        (0, 0, b"0"),
        (1, 0, b"0"),
        (0, 4, b"2"),
        (1, 4, b"2"),
    ]


def test_an_open_transaction_is_the_present_end(bootstrap, make_topics, tmp_path):
    (topic,) = make_topics("outputs", partitions=2)

    async def run():
        producer = await transactions(bootstrap, topic, "commit", "open")
        try:
            with RecordingWriter(tmp_path) as writer:
                settings = Settings(bootstrap=bootstrap)
                recorder = Recorder(settings, [topic], writer, lambda _done, _total: None)
                assert await recorder.run(follow=False, stop=asyncio.Event())
        finally:
            await producer.abort_transaction()
            await producer.stop()

    asyncio.run(run())
    assert [entry.value for entry in Recording([tmp_path])] == [b"0", b"0"]


def test_the_same_topic_gives_the_same_bytes(bootstrap, make_topics, produce, tmp_path):
    (topic,) = make_topics("events", partitions=4)
    produce(
        bootstrap,
        topic,
        [
            {"value": b"%d" % n, "timestamp_ms": 10_000 + n * 7919 % 500, "partition": n % 4}
            for n in range(5000)
        ],
    )
    files = [
        (record(bootstrap, tmp_path / name, topic) / f"{topic}.jsonl.gz").read_bytes()
        for name in "ab"
    ]
    assert files[0] == files[1]
    assert len(Recording([tmp_path / "a"])) == 5000


def test_following_goes_on_until_a_signal(bootstrap, make_topics, produce, tmp_path):
    (topic,) = make_topics("events", partitions=2)
    produce(bootstrap, topic, [{"value": b"%d" % n} for n in range(100)])
    where = ["--out", str(tmp_path), "--bootstrap", bootstrap]
    command = subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "record", topic, "--follow", *where],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    part = tmp_path / f"{topic}.jsonl.gz.part"
    await_size(part, 1)
    produce(bootstrap, topic, [{"value": b"%d" % n} for n in range(100, 200)])
    await_size(part, part.stat().st_size + 1)
    command.send_signal(signal.SIGINT)
    out, errors = command.communicate(timeout=PATIENCE_SECONDS)
    assert (command.returncode, out, errors) == (0, f"{topic}: 200 records\n", "")
    assert sorted(int(entry.value) for entry in Recording([tmp_path])) == list(range(200))


def await_size(file, size):
    wait_until(lambda: file.exists() and file.stat().st_size >= size, every_seconds=0.05)


def test_a_stop_before_the_end_records_nothing(bootstrap, make_topics, produce, tmp_path):
    (topic,) = make_topics("events")
    produce(bootstrap, topic, [{"value": b"1"}])
    stop = asyncio.Event()
    stop.set()
    with RecordingWriter(tmp_path) as writer:
        settings = Settings(bootstrap=bootstrap)
        recorder = Recorder(settings, [topic], writer, lambda _done, _total: None)
        assert not asyncio.run(recorder.run(follow=False, stop=stop))
        assert writer.counts.total() == 0


def test_a_topic_that_is_not_there_is_named(bootstrap, tmp_path, capsys):
    run = ["record", "no-such-topic", "--out", str(tmp_path), "--bootstrap", bootstrap]
    assert main(run) == 1
    assert capsys.readouterr().err == (
        "pricetide record: topic no-such-topic cannot be read: UnknownTopicOrPartitionError\n"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_what_a_producer_compressed_is_recorded(bootstrap, make_topics, tmp_path, codec):
    (topic,) = make_topics("compressed")

    async def write():
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, compression_type=codec)
        async with producer:
            await asyncio.gather(*[await producer.send(topic, b"%d" % n) for n in range(100)])

    asyncio.run(write())
    found = Recording([record(bootstrap, tmp_path, topic)])
    assert [entry.value for entry in found] == [b"%d" % n for n in range(100)]


def test_a_header_is_recorded_whatever_its_name_is_made_of(
    bootstrap, make_topics, produce, tmp_path
):
    (topic,) = make_topics("headed")

    class NotText(str):
        def encode(self, *_):
            return b"\xff\xfe"

    produce(bootstrap, topic, [{"value": b"1", "headers": [(NotText("x"), b"v")]}, {"value": b"2"}])
    first, second = Recording([record(bootstrap, tmp_path, topic)])
    assert first.headers == ((b"\xff\xfe".decode("utf-8", "surrogateescape"), b"v"),)
    assert second.headers == ()
