"""The demo's topics: those of the registry, on a Kafka that is ours to fill."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from aiokafka import TopicPartition

from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.errors import DemoError
from streams.kafka.admin import TopicsError, create_topics
from streams.kafka.clients import client, consumer, names

#: Topics that real events would be in.
PROBED = ("orders", "products")


def create(settings: Settings, *, ours: bool) -> None:
    """Create them; DemoError where that fails.

    In a Kafka of our own nothing is ever deleted: TaFeng's events are older than any retention.
    """
    topics = list(TOPICS.values())
    if ours:
        topics = [replace(topic, retention_ms=None) for topic in topics]
    try:
        create_topics(client(settings), names(settings).of(topics), partitions=settings.partitions)
    except TopicsError as error:
        raise DemoError(str(error)) from error


async def require_empty(settings: Settings) -> None:
    """DemoError where there are orders or products already: ours must not mix with real ones."""
    for partition, end in (await ends(settings, PROBED)).items():
        if end:
            raise DemoError(
                f"topic {partition.topic} at {settings.bootstrap} holds records already, and the "
                "demo's must not mix with them: give it a Kafka of its own, or leave out "
                "--bootstrap"
            )


async def ends(settings: Settings, topics: Iterable[str]) -> dict[TopicPartition, int]:
    """The offset after the last record of every partition of `topics`."""
    # subscribed without a group, a client knows and has all partitions, and reads from their end
    async with consumer(settings, *topics, group_id=None) as reader:
        return dict(await reader.end_offsets(reader.assignment()))
