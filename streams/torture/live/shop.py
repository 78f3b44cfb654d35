"""A shop in topics of its own: made for one run, and removed after it."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from aiokafka import TopicPartition
from aiokafka.structs import ConsumerRecord
from kafka import KafkaAdminClient
from kafka.errors import KafkaError

from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.ingest.decoder import INPUTS
from streams.journal import TOPIC as JOURNAL
from streams.journal import codec
from streams.kafka.admin import TopicsError, provide_topics, reach
from streams.kafka.clients import client, consumer, names
from streams.terminal.output import note

#: Topic, partition and offset.
Place = tuple[str, int, int]
#: Seconds for all that was sent to be read, or priced.
PATIENCE_SECONDS = 600.0
LOOK_SECONDS = 0.2


class LiveShop:
    """Topics behind a prefix, which is the name of its app, too."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._admin: KafkaAdminClient | None = None

    async def done(self) -> None:
        """Wait until all input has been read; TimeoutError."""
        await self._wait(f"{self.settings.app}-ingest", INPUTS)

    async def priced(self) -> None:
        """Wait until all that is in the journal is priced; TimeoutError."""
        await self._wait(self.settings.app, [JOURNAL])

    async def _wait(self, group: str, topics: Iterable[str]) -> None:
        ends = await self._ends(topics)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                offsets = await asyncio.to_thread(self._committed, group)
                if all(offsets.get(place, 0) >= end for place, end in ends.items()):
                    return
                await asyncio.sleep(LOOK_SECONDS)

    def _committed(self, group: str) -> dict[TopicPartition, int]:
        called = names(self.settings)
        try:
            found = self._reached().list_group_offsets({group: None})[group]
        except (KafkaError, TopicsError):  # nobody has joined yet, or a broker is away
            # a client asks the broker that it once found in charge of the group, and no other
            self.leave()
            return {}
        return {called.from_kafka(TopicPartition(*place)): at.offset for place, at in found.items()}

    def _places(self, topics: Iterable[str]) -> list[TopicPartition]:
        return [
            TopicPartition(topic, partition)
            for topic in sorted(topics)
            for partition in range(1 if TOPICS[topic].broadcast else self.settings.partitions)
        ]

    async def _ends(self, topics: Iterable[str]) -> dict[TopicPartition, int]:
        reader = consumer(self.settings, group_id=None)
        await reader.start()
        try:
            return await reader.end_offsets(self._places(topics))
        finally:
            await reader.stop()

    async def read(self, topics: Iterable[str]) -> list[ConsumerRecord]:
        """All committed records, partition by partition in order."""
        found = [record async for record in self._read(topics)]
        return sorted(found, key=lambda record: (record.topic, record.partition, record.offset))

    async def _read(self, topics: Iterable[str]) -> AsyncIterator[ConsumerRecord]:
        reader = consumer(
            self.settings,
            group_id=None,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            max_partition_fetch_bytes=8 << 20,
        )
        await reader.start()
        try:
            places = self._places(topics)
            reader.assign(places)
            ends = await reader.end_offsets(places)
            while any([await reader.position(place) < end for place, end in ends.items()]):
                for records in (await reader.getmany(timeout_ms=200)).values():
                    for record in records:
                        yield record
        finally:
            await reader.stop()

    async def places(self, topics: Iterable[str]) -> set[Place]:
        """Where the records of topics lie that no transaction wrote."""
        ends = await self._ends(topics)
        return {(*place, offset) for place, end in ends.items() for offset in range(end)}

    def remove(self) -> None:
        """Delete its topics, or say that they are left."""
        called = names(self.settings)
        try:
            self._reached().delete_topics([called.outer(topic) for topic in TOPICS])
        except (KafkaError, TopicsError) as error:
            note("torture", f"topics {self.settings.topic_prefix}* are left: {error}")

    def leave(self) -> None:
        """Disconnect."""
        admin, self._admin = self._admin, None
        if admin is not None:
            admin.close()

    def _reached(self) -> KafkaAdminClient:
        if self._admin is None:
            self._admin = reach(client(self.settings))
        return self._admin


def taken(journal: Iterable[ConsumerRecord]) -> set[Place]:
    """Where the records came from that the journal holds."""
    found: set[Place] = set()
    for record in journal:
        batch = codec.decode(record.value, record.timestamp)
        for source, offset in zip(batch.source.tolist(), batch.offset.tolist(), strict=True):
            if source >= 0:
                of = batch.sources[source]
                found.add((of.topic_name, of.partition, offset))
    return found


@contextmanager
def live_shop(settings: Settings, partitions: int) -> Iterator[LiveShop]:
    """A shop on the Kafka of the settings; TopicsError where it lets none be made."""
    name = f"torture-{secrets.token_hex(4)}"
    update: dict[str, Any] = {"app": name, "topic_prefix": f"{name}.", "partitions": partitions}
    own = settings.model_copy(update=update)
    provide_topics(client(own), names(own).of(TOPICS.values()), partitions=partitions)
    # brokers go and come: Kafka's clients say so at every attempt
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    shop = LiveShop(own)
    try:
        yield shop
    finally:
        shop.remove()
        shop.leave()
