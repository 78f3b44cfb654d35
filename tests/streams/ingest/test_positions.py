"""What is committed of the input, and when."""

from __future__ import annotations

from aiokafka import TopicPartition

from streams.ingest.positions import COMMIT_SECONDS, Positions
from streams.kafka.kafka_record import RawRecord

ORDERS, CLICKS = TopicPartition("orders", 0), TopicPartition("clickstream", 0)
NOW = 1_000


def record(offset: int, timestamp: int = NOW) -> RawRecord:
    return RawRecord(offset, timestamp, 0, None, b"", ())


def test_what_is_on_its_way_is_committed_once() -> None:
    positions = Positions(0.0)
    assert not positions
    positions.written({ORDERS: [record(3), record(4)]}, NOW)
    assert positions
    assert positions.take() == {ORDERS: 5}
    assert not positions


def test_a_commit_is_due_some_time_after_the_last() -> None:
    positions = Positions(10.0)
    assert not positions.due(10.0)
    assert positions.due(10.0 + COMMIT_SECONDS)
    positions.committed({}, 20.0)
    assert not positions.due(20.0)


def test_marks_behind_the_last_record_are_passed_once() -> None:
    positions = Positions(0.0)
    positions.assigned({ORDERS: 5, CLICKS: 8})
    positions.at_end({ORDERS: 6, CLICKS: 8})
    assert not positions, "what was read with them may not be written"
    positions.written({}, NOW)
    taken = positions.take()
    assert taken == {ORDERS: 6}
    positions.committed(taken, 1.0)
    positions.at_end({ORDERS: 6, CLICKS: 8})
    positions.written({}, NOW)
    assert not positions


def test_records_and_the_marks_behind_them_are_passed_together() -> None:
    positions = Positions(0.0)
    positions.at_end({ORDERS: 7, CLICKS: 0})
    positions.written({ORDERS: [record(5)]}, NOW)
    assert positions.take() == {ORDERS: 7}


def test_a_partition_made_anew_is_committed_from_its_beginning() -> None:
    positions = Positions(0.0)
    positions.assigned({ORDERS: 5})
    positions.written({ORDERS: [record(8)]}, NOW)
    positions.begin_anew([ORDERS])
    assert not positions
    positions.at_end({ORDERS: 1})
    positions.written({}, NOW)
    assert positions.take() == {ORDERS: 1}


def test_timestamps_do_not_run_back_nor_ahead_of_the_present() -> None:
    positions = Positions(0.0)
    positions.written({ORDERS: [record(0, NOW + 5)]}, NOW)
    assert positions.timestamps == {ORDERS: NOW}
    positions.written({ORDERS: [record(1, NOW - 5)]}, NOW + 1)
    assert positions.timestamps == {ORDERS: NOW}
