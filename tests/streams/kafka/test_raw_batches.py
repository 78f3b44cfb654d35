"""Batches as brokers keep them: sound ones as the client's own parser reads them, others raw."""

from __future__ import annotations

import random
import struct
import tracemalloc
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder

from streams.kafka.kafka_record import NOT_TEXT, RawRecord, UnreadableError, UnreadableRecords
from streams.kafka.raw_batches import RawBatches

TP = TopicPartition("orders", 0)
CODECS = {"none": 0, "gzip": 1, "snappy": 2, "lz4": 3, "zstd": 4}
VALUES = [b"{}", None, b"x" * 5000, b""]
#: A name of a header, and bytes of the same length that are no text.
NAME, NOT_UTF_8 = b"NAME", b"\xff\xfe\xfd\xfc"


def batch(
    *values: bytes | None, codec: str = "none", base: int = 0, header: bool = True
) -> bytearray:
    """A batch with a header on each record."""
    builder = DefaultRecordBatchBuilder(2, CODECS[codec], 0, -1, -1, 0, 1 << 30)
    headers = [("NAME", b"v")] if header else []
    for i, value in enumerate(values):
        builder.append(i, 1000 + i, b"k%d" % i, value, headers)
    made = bytearray(builder.build())
    struct.pack_into(">q", made, 0, base)
    return made


def read(fetched: bytes, first: int = 0) -> list[Any]:
    """What a consumer's iterator over a fetch yields, without its wrapping."""
    records = PartitionRecords(TP, RawBatches(fetched), [], first, None, None, False, 1)
    records._consumer_record = lambda _tp, record: record
    return list(records)


def plain(records: list[Any]) -> list[tuple[Any, ...]]:
    return [(r.offset, r.timestamp, r.key, r.value, tuple(r.headers)) for r in records]


@pytest.mark.parametrize("codec", CODECS)
def test_sound_batches_are_read_as_by_the_client(codec: str) -> None:
    one, two = batch(*VALUES, codec=codec), batch(*VALUES, codec=codec, base=4)
    expected = [*DefaultRecordBatch(bytes(one)), *DefaultRecordBatch(bytes(two))]
    assert plain(read(bytes(one + two + one[:50]))) == plain(expected)
    assert [r.offset for r in read(bytes(two), first=6)] == [6, 7]


@pytest.mark.parametrize("name", [NAME, NOT_UTF_8])
def test_a_batch_that_is_read_raw_gives_what_the_client_gives(name: bytes) -> None:
    made = batch(*VALUES)
    last = made.rindex(NAME)
    made[last : last + 4] = NOT_UTF_8
    first = made.index(NAME)
    made[first : first + 4] = name
    found = read(bytes(made))
    expected = plain(list(DefaultRecordBatch(bytes(batch(*VALUES)))))
    assert [each[:4] for each in plain(found)] == [each[:4] for each in expected]
    errors = [getattr(record, "error", None) for record in found]
    assert errors == [NOT_TEXT if name == NOT_UTF_8 else None, None, None, NOT_TEXT]
    ((text, _),) = found[-1].headers
    assert text.encode("utf-8", "surrogateescape") == NOT_UTF_8


def test_a_record_whose_bytes_make_no_sense_leaves_its_neighbours() -> None:
    made = batch(b"one", b"two", b"three")
    at = made.index(b"k1") - 1
    made[at] = 100  # its key is said to be longer than it is
    one, two, three = read(bytes(made))
    assert (one.value, three.value) == (b"one", b"three")
    assert two.offset == 1
    assert "make no sense" in two.error
    assert b"two" in two.value


def test_a_stream_that_does_not_expand_is_passed_over_as_one() -> None:
    made = batch(*VALUES, codec="gzip")
    made[80:90] = bytes(10)
    (found,) = read(bytes(made + batch(b"next", base=4)))[:-1]
    assert type(found) is UnreadableRecords
    assert found.offset == 3
    assert "records 0 to 3" in found.error
    with pytest.raises(UnreadableError):
        _ = found.headers


@pytest.mark.parametrize("codec", ["gzip", "snappy", "lz4", "zstd"])
def test_bytes_that_stand_for_too_many_are_not_expanded(codec: str) -> None:
    made = bytes(batch(*[bytes(9_000_000)] * 8, codec=codec))
    tracemalloc.start()
    (found,) = read(made)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert type(found) is UnreadableRecords
    assert found.offset == 7
    assert peak < 140 << 20


def test_whatever_the_bytes_nothing_is_raised_and_reading_comes_to_the_end() -> None:
    draw = random.Random(1)
    for codec in CODECS:
        sound = bytes(batch(*VALUES, codec=codec))
        for _ in range(400):
            made = bytearray(sound)
            for _ in range(draw.randrange(1, 4)):
                made[draw.randrange(61, len(made))] = draw.randrange(256)
            found = read(bytes(made + batch(b"next", base=4)))
            assert found[-1].value == b"next"
            offsets = [record.offset for record in found]
            assert offsets == sorted(set(offsets))


def test_a_transaction_that_was_taken_back_is_left_out() -> None:
    builder = DefaultRecordBatchBuilder(2, 1, True, 7, 0, 0, 1 << 20)
    builder.append(0, 1000, b"k", b"taken back", [])
    made = bytes(builder.build()) + bytes(batch(b"next", base=1))
    records = PartitionRecords(TP, RawBatches(made), [(7, 0)], 0, None, None, False, 1)
    assert [record.value for record in records] == [b"next"]


def test_raw_records_tell_a_consumer_all_it_asks_for() -> None:
    made = batch(b"one")
    at = made.index(NAME)
    made[at : at + 4] = NOT_UTF_8
    (record,) = PartitionRecords(TP, RawBatches(bytes(made)), [], 0, None, None, False, 0)
    assert (record.topic, record.value, record.timestamp) == ("orders", b"one", 1000)
    assert isinstance(RawRecord(0, 0, 0, None, None, ()).headers, tuple)
