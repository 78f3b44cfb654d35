"""One name for each topic that ever was, whoever reads it and however often."""

from __future__ import annotations

from uuid import UUID

import pytest
from aiokafka import TopicPartition

from online_models.journal.batch import SourcePartition
from streams.configuration.settings import Settings
from streams.ingest.incarnations import Incarnations

TP = TopicPartition("orders", 3)
HERE = SourcePartition("orders", 3)
FIRST, SECOND = UUID(int=0x11111111 << 96), UUID(int=0x22222222 << 96)


def known(topic_id: UUID | None) -> Incarnations:
    """What an ingest knows for which the topic has this id."""
    found = Incarnations(Settings(bootstrap="nowhere:1"), ["orders"])
    answer = [{"name": "orders", "topic_id": topic_id, "error_code": 0}]
    found._admin = type("Admin", (), {"describe_topics": lambda _, topics: answer})()
    found._ids = found._ask()
    return found


def test_a_source_is_the_same_for_whoever_reads_it_next() -> None:
    one, next_one = known(FIRST), known(FIRST)
    assert not one.take(TP, None)
    assert not next_one.take(TP, one.committed(TP))
    assert one.source(HERE) == next_one.source(HERE) == ("orders@11111111", 3)
    assert one.source(HERE).topic_name == "orders"


def test_a_topic_made_anew_is_another_source_read_from_its_beginning() -> None:
    one, later = known(FIRST), known(SECOND)
    one.take(TP, None)
    assert later.take(TP, one.committed(TP))
    assert later.source(HERE) == ("orders@22222222", 3)


def test_a_source_that_was_read_before_ids_were_looked_at_keeps_its_name_until_made_anew() -> None:
    one = known(FIRST)
    assert not one.take(TP, "")
    assert one.source(HERE) == HERE
    again, anew = known(FIRST), known(SECOND)
    assert not again.take(TP, one.committed(TP))
    assert again.source(HERE) == HERE
    assert anew.take(TP, again.committed(TP))
    assert anew.source(HERE) == ("orders@22222222", 3)


@pytest.mark.parametrize("topic_id", [None, UUID(int=0)])
def test_a_kafka_without_ids_leaves_the_names_alone(topic_id: UUID | None) -> None:
    one = known(topic_id)
    assert not one.take(TP, None)
    assert (one.source(HERE), one.committed(TP)) == (HERE, "")


def test_a_topic_made_anew_is_known_for_it_also_where_nothing_is_committed() -> None:
    one = known(FIRST)
    one.take(TP, None)
    one._ids = known(SECOND)._ids
    assert one.take(TP, None)
    assert not one.take(TP, one.committed(TP))
