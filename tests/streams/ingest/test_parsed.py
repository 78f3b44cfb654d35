"""Records straight from the client's parser, told apart by where they lie alone."""

from __future__ import annotations

from types import SimpleNamespace

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.consumer.fetcher import FetchResult, PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from online_models.journal.batch import SourcePartition
from streams.ingest.order import by_timestamp
from streams.ingest.parsed import hand_on_parsed
from streams.kafka.kafka_record import Record

TP = TopicPartition("orders", 3)
VALUES = [b"{}", None, b"[1]"]


def fetched() -> FetchResult:
    """Three records that came in one batch, of which the first was read before."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, 0, 1 << 16)
    for i, value in enumerate(VALUES):
        builder.append(i, 1000 + i, b"k%d" % i, value, [])
    records = MemoryRecords(bytes(builder.build()))
    partition = PartitionRecords(TP, records, [], 1, None, None, True, 0)
    position = SimpleNamespace(paused=False, position=1, consumed_to=lambda offset: None)
    assignment = SimpleNamespace(active=True, state_value=lambda tp: position)
    return FetchResult(TP, assignment=assignment, partition_records=partition, backoff=0)


def test_records_come_as_they_were_parsed_and_are_told_by_where_they_lie() -> None:
    consumer = SimpleNamespace(_fetcher=SimpleNamespace(_records={TP: fetched()}))
    hand_on_parsed(consumer)
    records = consumer._fetcher._records[TP].getall()
    assert not any(isinstance(record, ConsumerRecord) for record in records)
    (run,) = by_timestamp({SourcePartition(*TP): records})
    assert [run.record(i) for i in range(len(records))] == [
        Record("orders", 3, 1, b"k1", None, 1001),
        Record("orders", 3, 2, b"k2", b"[1]", 1002),
    ]


def test_what_is_fetched_later_comes_so_too() -> None:
    consumer = SimpleNamespace(_fetcher=SimpleNamespace(_records={}))
    hand_on_parsed(consumer)
    consumer._fetcher._records[TP] = fetched()
    assert not any(isinstance(r, ConsumerRecord) for r in consumer._fetcher._records[TP].getall())
