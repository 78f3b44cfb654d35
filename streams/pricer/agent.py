"""The Faust agent over the journal."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiokafka import TopicPartition

from streams.configuration.settings import Settings
from streams.ingest.routing import Router
from streams.journal import TOPIC as JOURNAL
from streams.kafka.app import App, die
from streams.kafka.clients import names
from streams.metrics.instruments import JOURNAL_LAG
from streams.pricer.partition import Partition

logger = logging.getLogger(__name__)


class Pricer:
    """Gives each assigned partition of the journal its fold, and takes it away in time."""

    def __init__(self, app: App, settings: Settings) -> None:
        self.partitions: dict[int, Partition] = {}
        #: Whether it prices all partitions that it has been given.
        self.ready = False
        self._app = app
        self._settings = settings
        self._router = Router(settings.partitions)
        self._lock = asyncio.Lock()
        self._journal = names(settings).outer(JOURNAL)
        journal = app.topic(
            self._journal,
            key_type=bytes,
            key_serializer="raw",
            value_type=bytes,
            value_serializer="raw",
            acks=False,
        )
        app.on_partitions_revoked.connect(self._revoked)
        # after Faust's own bookkeeping, before it seeks to the committed offsets and resumes:
        # `on_partitions_assigned` comes too late, records arrive before the state is there
        app.on_rebalance_complete.connect(self._assigned)
        # Faust revokes nothing when it stops
        app.on_before_shutdown.connect(self._shut_down)
        app.agent(journal, name="pricer", concurrency=1, isolated_partitions=True)(self._price)

    async def _price(self, stream: Any) -> None:
        async for event in stream.noack().events():
            partition = self.partitions.get(event.message.partition)
            if partition is not None:
                for record in event.message.value:
                    await partition.feed(record.offset, record.value, record.timestamp)

    async def _revoked(self, _app: Any, revoked: set[Any], **_: Any) -> None:
        self.ready = False
        async with self._lock:
            gone = [self.partitions.pop(tp.partition, None) for tp in sorted(revoked)]
            await asyncio.gather(*[partition.stop() for partition in gone if partition])

    async def _assigned(self, _app: Any, **_: Any) -> None:
        async with self._lock:
            try:
                fresh = [
                    self._partition(tp.partition)
                    for tp in sorted(self._app.consumer.assignment())
                    if tp.topic == self._journal and tp.partition not in self.partitions
                ]
                for partition in await asyncio.gather(*[part.start() for part in fresh]):
                    self.partitions[partition.number] = partition
                    self._watch(partition)
                self.ready = True
            except Exception as error:
                die("the state of a partition cannot be recovered", error)
            except asyncio.CancelledError:
                # the worker stops before they are ready
                await asyncio.gather(*[part.stop() for part in fresh])
                raise

    def _partition(self, number: int) -> Partition:
        return Partition(self._settings, number, self._router, self._commit)

    def _watch(self, partition: Partition) -> None:
        consumer, tp = self._app.consumer, TopicPartition(self._journal, partition.number)
        lag = JOURNAL_LAG.labels(str(partition.number))
        lag.set_function(lambda: max((consumer.highwater(tp) or 0) - partition.position, 0))

    async def _commit(self, offsets: dict[TopicPartition, int]) -> None:
        named = {TopicPartition(self._journal, tp.partition): at for tp, at in offsets.items()}
        await self._app.consumer._thread.commit(named)

    async def _shut_down(self, _app: Any, **_: Any) -> None:
        async with self._lock:
            parts, self.partitions = self.partitions, {}
            await asyncio.gather(*[partition.stop() for partition in parts.values()])
