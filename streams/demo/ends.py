"""Where topics end."""

from __future__ import annotations

from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.configuration.settings import Settings
from streams.kafka.clients import client


async def ends(settings: Settings, topics: Iterable[str]) -> dict[TopicPartition, int]:
    """The offset after the last record of every partition of `topics`."""
    # subscribed without a group, a client knows and has all partitions, and reads from their end
    async with AIOKafkaConsumer(*topics, **client(settings), group_id=None) as consumer:
        return dict(await consumer.end_offsets(consumer.assignment()))
