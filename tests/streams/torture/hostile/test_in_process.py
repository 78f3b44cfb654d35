"""Hostile records of every topic: each is taken or buried, and none fails in the fold."""

from __future__ import annotations

import json
from collections import Counter
from itertools import islice
from random import Random

import pytest

from schemas.topics import TOPICS
from schemas.values.instants import DAY
from streams.configuration.settings import Settings
from streams.ingest.decoder import INPUTS
from streams.kafka.kafka_record import Record
from streams.torture.hostile.in_process import Passage
from streams.torture.hostile.records import NAMES, at, records
from streams.torture.hostile.values import BEGIN, NO_SHARES, Values, written

PER_TOPIC = 150
SETTINGS = Settings(partitions=1, bucket="PT1H")


@pytest.fixture(scope="module")
def passage() -> Passage:
    found = Passage(SETTINGS)
    for offset, name in enumerate(NAMES[:8]):
        value = {"sku": name, "name": "x", "currency": "USD", "price": 10, "cost": 5}
        raw = json.dumps(value | {"category": "c"}).encode()
        found.take([Record("products", 0, offset, None, raw, BEGIN)])
    return found


@pytest.mark.parametrize("topic", sorted(INPUTS))
def test_every_record_is_taken_or_buried(topic: str, passage: Passage) -> None:
    for offset, hostile in enumerate(islice(records(1, frozenset({topic})), PER_TOPIC), 100):
        now = BEGIN + offset * 1000
        record = Record(topic, 0, offset, hostile.key, hostile.value, at(hostile, now))
        assert passage.take([record]) == {0}, hostile
        assert passage.quarantined == [], hostile
    passage.restart()
    assert passage.unsound() == []


@pytest.mark.parametrize("topic", sorted(INPUTS))
def test_every_number_at_its_ends_and_beyond_is_taken_or_buried(
    topic: str, passage: Passage
) -> None:
    values = Values(TOPICS[topic].adapter.json_schema(), Random(1), NAMES[:8])
    for offset, value in enumerate(values.ends(), 1000):
        now = BEGIN + offset * 1000
        text, buried = written(value), passage.buried
        record = Record(topic, 0, offset, None, text.encode(), now)
        assert passage.take([record]) == {0}, value
        if any(share in text for share in NO_SHARES):
            assert passage.buried == buried + 1, value
        assert passage.quarantined == [], value


@pytest.mark.heavy  # it counts what the heavy tests above have sent
def test_each_topic_has_records_that_pass_and_such_that_do_not(passage: Passage) -> None:
    assert passage.taken > len(INPUTS) * PER_TOPIC // 20
    assert passage.buried > len(INPUTS) * PER_TOPIC // 3
    assert passage.outputs


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 110))
def test_a_million_records_are_taken_or_buried(seed: int) -> None:
    passage = Passage(SETTINGS)
    offsets: Counter[str] = Counter()
    for number, hostile in enumerate(islice(records(seed), 100_000)):
        # what their sound times are drawn from is past, but for the lead that is allowed
        passage.border.now = now = BEGIN + 15 * DAY + number * 20
        value = None if hostile.value is None else hostile.value[:900_000]
        offsets[hostile.topic] += 1
        offset = offsets[hostile.topic]
        record = Record(hostile.topic, 0, offset, hostile.key, value, at(hostile, now))
        assert passage.take([record]) == {0}, hostile
        if not number % 5000:
            assert passage.unsound() == []
            passage.outputs.clear()
    assert passage.quarantined == []
