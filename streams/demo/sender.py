"""Events to Kafka in batches per partition: a record at a time would cost more than the pricing."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

from streams.configuration.settings import Settings
from streams.demo.data.event import DemoEvent
from streams.ingest.routing import Router
from streams.kafka.clients import BATCH, LARGEST_REQUEST, producer

#: Batches on their way before the next ones wait.
IN_FLIGHT = 64


class Sender:
    """Sends events in the order given, each to its key's partition, and counts them: an order
    is as many events as it has lines.

    `moments` holds the wall-clock seconds (monotonic) at which each record of `timed` topics was
    sent, by (topic, partition, offset); it is complete after `flush`.
    """

    def __init__(self, settings: Settings) -> None:
        self.events = 0
        self.timed: set[str] = set()
        self.moments: dict[tuple[str, int, int], float] = {}
        self._routers: dict[str, Router] = {}
        self._sent: list[tuple[asyncio.Future[Any], int, float]] = []
        self._producer = producer(
            settings,
            enable_idempotence=True,
            linger_ms=0,
            max_batch_size=BATCH,
            max_request_size=LARGEST_REQUEST,
        )

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Self]:
        """Connected to Kafka while the context lasts."""
        await self._producer.start()
        try:
            yield self
        finally:
            await self._producer.stop()

    async def send(self, events: Sequence[DemoEvent]) -> None:
        """Hand events over; their order holds within a partition."""
        batches: dict[tuple[str, int], Any] = {}
        for event in events:
            topic = event.topic
            router = self._routers.get(topic) or await self._router(topic)
            where = (topic, router.partition(event.key.decode()))
            batch = batches.get(where)
            if batch is None:
                batch = batches[where] = self._producer.create_batch()
            record = {"key": event.key, "value": event.value, "timestamp": event.time}
            if batch.append(**record) is None:
                await self._send(batch, where)
                batch = batches[where] = self._producer.create_batch()
                batch.append(**record)
            self.events += event.lines
        for where, batch in batches.items():
            await self._send(batch, where)
        if len(self._sent) > IN_FLIGHT:
            await self.flush()

    async def flush(self) -> None:
        """Wait until Kafka has everything."""
        sent, self._sent = self._sent, []
        for future, number, moment in sent:
            first = await future
            if first.topic in self.timed:
                for offset in range(first.offset, first.offset + number):
                    self.moments[first.topic, first.partition, offset] = moment

    async def _send(self, batch: Any, where: tuple[str, int]) -> None:
        topic, partition = where
        number, moment = batch.record_count(), time.monotonic()
        future = await self._producer.send_batch(batch, topic, partition=partition)
        self._sent.append((future, number, moment))

    async def _router(self, topic: str) -> Router:
        partitions = await self._producer.partitions_for(topic)
        router = self._routers[topic] = Router(len(partitions))
        return router
