"""Plans on their topic, each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.clients import client, observer
from streams.recording.recorder import partition_counts
from streams.settings import Settings

TOPIC = "promotion-plans"


def encoded(plan: dict[str, Any]) -> tuple[bytes, bytes]:
    """Key and value of a plan's record."""
    return plan["sku"].encode(), msgspec.json.encode(plan)


async def publish(settings: Settings, plans: Sequence[dict[str, Any]], now: int) -> int:
    """Send the plans that the topic does not hold yet, stamped `now` (ms); how many that were.

    RecordingError where the topic is missing, TopicsError or KafkaError where no Kafka answers.
    """
    count = partition_counts(client(settings), [TOPIC])[TOPIC]
    consumer = observer(settings)
    await consumer.start()
    try:
        told = await _told(consumer, [TopicPartition(TOPIC, number) for number in range(count)])
    finally:
        await consumer.stop()
    new = [plan for plan in plans if plan["plan_id"] not in told]
    producer = AIOKafkaProducer(**client(settings), enable_idempotence=True)
    await producer.start()
    try:
        for key, value in map(encoded, new):
            await producer.send(TOPIC, value, key=key, timestamp_ms=now)
        await producer.flush()
    finally:
        await producer.stop()
    return len(new)


async def _told(consumer: AIOKafkaConsumer, places: list[TopicPartition]) -> set[str]:
    """Ids of the plans on the topic, up to its present end."""
    consumer.assign(places)
    ends = await consumer.end_offsets(places)
    await consumer.seek_to_beginning(*places)
    found: set[str] = set()
    while any([await consumer.position(place) < ends[place] for place in places]):
        for batch in (await consumer.getmany(timeout_ms=200)).values():
            found |= {msgspec.json.decode(record.value)["plan_id"] for record in batch}
    return found
