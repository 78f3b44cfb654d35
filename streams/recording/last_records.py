"""The newest records of a topic."""

from __future__ import annotations

from streams.configuration.settings import Settings
from streams.recording.entry import Entry
from streams.recording.observing import observing, up_to_now
from streams.recording.recorder import as_entry


async def last_records(settings: Settings, topic: str, most: int) -> list[Entry]:
    """The `most` newest of the committed records that partitions end with, by timestamp.

    RecordingError where the topic is missing, TopicsError or KafkaError where no Kafka answers.
    """
    async with observing(settings, topic) as (consumer, places):
        begins, ends = await consumer.beginning_offsets(places), await consumer.end_offsets(places)
        for place in places:
            consumer.seek(place, max(begins[place], ends[place] - most))
        found = [as_entry(record) async for record in up_to_now(consumer, places)]
    found.sort(key=lambda entry: (entry.timestamp, entry.partition, entry.offset))
    return found[-most:]
