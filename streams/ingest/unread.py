"""What has not been read: how much lies in input topics still, and what is lost.

Lost are records that were removed before they were read, and those of a partition that ends below
what was read of it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import NamedTuple

from aiokafka import TopicPartition

from streams.ingest.decoder import INPUTS
from streams.kafka.consumer import Consumer
from streams.metrics import instruments

logger = logging.getLogger(__name__)

#: What the metrics say of each topic.
_said: dict[str, int] = {}


class Reading(NamedTuple):
    """How far a consumer has read: the partitions that have more, and the ends of the others, as
    far as it knows. What an open transaction holds back is not there yet.
    """

    behind: set[TopicPartition]
    ends: dict[TopicPartition, int]


async def reading(consumer: Consumer) -> Reading:
    """How far a consumer has read its partitions; metrics say how much is left."""
    behind, ends, lag = set(), dict[TopicPartition, int](), dict.fromkeys(INPUTS, 0)
    for place in consumer.assignment():
        end = consumer.last_stable_offset(place)
        position = None if end is None else await consumer.position(place)
        if position is None or position < end:
            behind.add(place)
            lag[place.topic] += 0 if position is None else end - position
        else:
            ends[place] = position
    for topic, records in lag.items():
        if _said.get(topic) != records:  # to set what is the same costs as much as all the rest
            instruments.INPUT_LAG.labels(topic).set(records)
            _said[topic] = records
    return Reading(behind, ends)


class Gaps:
    """Compares where the records of each partition go on with where they ended.

    Offsets have gaps of their own: marks of transactions, and what a compacted topic has dropped.
    So a gap is told only where the partition begins behind it.
    """

    def __init__(self) -> None:
        self._passed: dict[TopicPartition, int] = {}

    def note(self, place: TopicPartition, wanted: int, first: int) -> None:
        """Records with offsets from `first` on have come where those from `wanted` on were due."""
        if first < wanted:
            cut_back(place, wanted, first)
        elif first > wanted:
            self._passed.setdefault(place, wanted)

    async def look(self, consumer: Consumer) -> None:
        """Tell of what was removed since the last look; KafkaError."""
        passed, self._passed = self._passed, {}
        if passed:
            begins = await consumer.beginning_offsets(list(passed))
            for place, wanted in passed.items():
                removed(place, wanted, begins[place])


def compare(
    positions: Mapping[TopicPartition, int],
    begins: Mapping[TopicPartition, int],
    ends: Mapping[TopicPartition, int],
) -> None:
    """Tell where partitions are not any more from which reading is to go on."""
    for place, position in sorted(positions.items()):
        removed(place, position, begins[place])
        if position > ends[place]:
            cut_back(place, position, ends[place])


def removed(place: TopicPartition, wanted: int, begin: int) -> None:
    """Tell of records from offset `wanted` on, where the partition begins behind it."""
    if wanted < begin:
        lost = f"{place.topic}-{place.partition} offsets {wanted} to {begin - 1}"
        logger.warning("%s were removed before they were read", lost)


def cut_back(place: TopicPartition, read: int, end: int) -> None:
    """Tell of a partition that ended at `end` although it was read up to `read`."""
    where = f"{place.topic}-{place.partition}"
    logger.error(
        "%s was read up to offset %d, and goes back to %d: it was cut off, or restored from a copy."
        " What is written to it below %d is taken for what was read, and skipped; delete the topic"
        " and make it anew to have it read",
        where,
        read,
        end,
        read,
    )
