"""How far a topic has come: the newest time that its records bear."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiokafka import TopicPartition

from streams.configuration.settings import Settings
from streams.kafka.consumer import Consumer
from streams.kafka.topic_end import stretches
from streams.recording.observing import observing

#: Offsets of a partition that are read back at first: some records, beside marks of transactions.
FIRST_LOOK = 100


async def newest(settings: Settings, topic: str) -> int | None:
    """The highest timestamp (ms) among the last committed records of the partitions.

    None where there are no records. RecordingError where there is no such topic, KafkaError.
    """
    async with observing(settings, topic) as (consumer, places):
        times = [time for place in places async for time in _latest(consumer, place)]
    return max(times, default=None)


async def _latest(consumer: Consumer, place: TopicPartition) -> AsyncIterator[int]:
    """The highest timestamp in the partition's part that holds a record."""
    async for records in stretches(consumer, place, FIRST_LOOK):
        if times := [record.timestamp async for record in records]:
            yield max(times)
            return
