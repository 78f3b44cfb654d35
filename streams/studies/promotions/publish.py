"""Plans on their topic, each once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from streams.configuration.settings import Settings
from streams.kafka.clients import producer
from streams.recording.observing import observing, up_to_now

TOPIC = "promotion-plans"


def encoded(plan: dict[str, Any]) -> tuple[bytes, bytes]:
    """Key and value of a plan's record."""
    return plan["sku"].encode(), msgspec.json.encode(plan)


async def publish(settings: Settings, plans: Sequence[dict[str, Any]], now: int) -> int:
    """Send the plans that the topic does not hold yet, stamped `now` (ms); how many that were.

    RecordingError where the topic is missing, TopicsError or KafkaError where no Kafka answers.
    """
    async with observing(settings, TOPIC) as (consumer, places):
        records = up_to_now(consumer, places)
        known = {msgspec.json.decode(record.value)["plan_id"] async for record in records}
    new = [plan for plan in plans if plan["plan_id"] not in known]
    writer = producer(settings, enable_idempotence=True)
    await writer.start()
    try:
        for key, value in map(encoded, new):
            await writer.send(TOPIC, value, key=key, timestamp_ms=now)
        await writer.flush()
    finally:
        await writer.stop()
    return len(new)
