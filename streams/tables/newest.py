"""What a topic holds now, as plain JSON in the contract's form."""

from __future__ import annotations

from schemas.records.record import RecordError, document
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.formats.intake import InputFormats
from streams.kafka.kafka_record import may_be_flawed
from streams.recording.observing import observing, up_to_now
from streams.recording.recorder import as_entry


async def all_values(settings: Settings, topic: str) -> list[bytes]:
    """The values of the committed records, in the order of their timestamps.

    RecordingError where the topic is missing, TopicsError or KafkaError where no Kafka answers.
    """
    async with observing(settings, topic) as (consumer, places):
        entries = [as_entry(record) async for record in up_to_now(consumer, places)]
    entries.sort(key=lambda entry: (entry.timestamp, entry.partition, entry.offset))
    return [entry.value for entry in entries if entry.value is not None]


async def newest_by_key(settings: Settings, topic: str) -> dict[str, bytes]:
    """The newest value of each key of the record's own fields, in the order of the keys.

    What is no record is left out: whoever ingests it says why. Raises as `all_values` does.
    """
    intake = InputFormats.of(settings)
    found: dict[str, tuple[int, bytes | None]] = {}
    async with observing(settings, topic) as (consumer, places):
        async for record in up_to_now(consumer, places):
            (taken,) = intake.convert(topic, [record])
            if may_be_flawed(type(taken)):
                continue
            key = _key(topic, taken.key, taken.value)
            if key is not None and record.timestamp >= found.get(key, (-1, None))[0]:
                found[key] = (record.timestamp, taken.value)
    return {key: value for key, (_, value) in sorted(found.items()) if value is not None}


def _key(topic: str, key: bytes | None, value: bytes | None) -> str | None:
    if value is None:
        return None if key is None else key.decode("utf-8", "replace")
    try:
        fields = document(value)
        return TOPICS[topic].key_of(fields) if isinstance(fields, dict) else None
    except (RecordError, KeyError):
        return None
