"""Looking at topics while others work on them, and disturbing nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import ConsumerRecord, TopicPartition

from streams.configuration.settings import Settings
from streams.formats.reading import readable
from streams.kafka.clients import consumer
from streams.kafka.consumer import Consumer
from streams.recording.recorder import partition_counts

WAIT_MS = 500


@asynccontextmanager
async def observing(
    settings: Settings, *topics: str
) -> AsyncIterator[tuple[Consumer, list[TopicPartition]]]:
    """A reader of committed records outside any group, at the begin of all partitions of the
    topics, and these partitions.

    RecordingError where a topic is missing, TopicsError or KafkaError where no Kafka answers.
    """
    counts = partition_counts(settings, list(topics))
    places = [TopicPartition(topic, number) for topic in topics for number in range(counts[topic])]
    reader = consumer(
        settings,
        group_id=None,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        enable_auto_commit=False,
    )
    try:
        await readable(settings, reader).start()
        reader.assign(places)
        yield reader, places
    finally:
        await reader.stop()


async def up_to_now(
    reader: Consumer, places: list[TopicPartition]
) -> AsyncIterator[ConsumerRecord]:
    """The records from where the consumer stands to the places' present ends, as they come."""
    ends = await reader.end_offsets(places)
    while any([await reader.position(place) < end for place, end in ends.items()]):
        for records in (await reader.getmany(timeout_ms=WAIT_MS)).values():
            for record in records:
                yield record
