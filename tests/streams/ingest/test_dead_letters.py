"""What is kept of refused records, and how sources that send many are held."""

from __future__ import annotations

import hashlib
import logging

import pytest
from aiokafka import TopicPartition

from streams.ingest.dead_letters import HEAD, LARGEST_WHOLE, written
from streams.ingest.flood import BYTES, BYTES_PER_SECOND, RECORDS, RECORDS_PER_SECOND, Flood
from streams.kafka.kafka_record import DeadLetter, Record

TP = TopicPartition("orders", 3)
OTHER = TopicPartition("orders", 4)


def letter(key: bytes | None, value: bytes | None) -> DeadLetter:
    return DeadLetter(Record("orders", 3, 17, key, value, 1000), "why")


@pytest.mark.parametrize("value", [None, b"", b"x" * LARGEST_WHOLE])
def test_a_record_of_a_common_size_is_kept_byte_for_byte(value: bytes | None) -> None:
    kept = written(letter(b"k", value), str)
    assert (kept.key, kept.value) == (b"k", value)
    assert [name for name, _ in kept.headers] == [
        "error",
        "source-topic",
        "source-partition",
        "source-offset",
    ]


def test_of_a_larger_one_the_head_the_length_and_the_hash_are_kept() -> None:
    value = bytes(range(256)) * (LARGEST_WHOLE // 256) + b"!"
    kept = written(letter(value, value), str)
    assert kept.key == kept.value == value[:HEAD]
    labels = dict(kept.headers)
    assert labels["source-offset"] == b"17"
    for name in ("key", "value"):
        assert int(labels[f"{name}-bytes"]) == len(value)
        assert labels[f"{name}-sha256"].decode() == hashlib.sha256(value).hexdigest()


def test_a_source_is_held_once_it_floods_and_read_on_at_a_pace() -> None:
    flood = Flood()
    for _ in range(RECORDS):
        flood.refuse(TP, 1, "", 0.0)
    assert not flood.held(0.0)
    for _ in range(RECORDS_PER_SECOND):
        flood.refuse(TP, 1, "", 0.0)
    flood.refuse(OTHER, 1, "", 0.0)
    assert flood.held(0.9) == {TP}
    assert not flood.held(1.1)


def test_of_many_megabytes_no_more_are_kept_whole_than_a_source_is_allowed() -> None:
    flood = Flood()
    half = BYTES // 2
    assert [flood.refuse(TP, half, "", 0.0) for _ in range(3)] == [True, True, False]
    assert flood.refuse(OTHER, half, "", 0.0)
    assert not flood.refuse(TP, half, "", 0.5 * half / BYTES_PER_SECOND)
    assert flood.refuse(TP, half, "", 1.5 * half / BYTES_PER_SECOND)


def test_a_source_is_named_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    flood = Flood()
    with caplog.at_level(logging.WARNING):
        for second in range(121):
            flood.refuse(TP, 1, f"orders-3 offset {second}: why", float(second))
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 3
    assert "offset 60: why (59 others" in said[1]
