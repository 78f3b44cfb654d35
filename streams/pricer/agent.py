"""The Faust agent over the journal."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from typing import Any

from aiokafka import TopicPartition

from streams.configuration.settings import Settings
from streams.ingest.routing import Router
from streams.journal import TOPIC as JOURNAL
from streams.kafka.app import App, die, take_partitions
from streams.kafka.clients import names
from streams.metrics.instruments import JOURNAL_LAG
from streams.pricer.group_offsets import GroupOffsets
from streams.pricer.partition import Partition
from streams.pricer.sessions import Sessions
from streams.pricer.snapshots.turns import SnapshotTurns
from streams.pricer.stream_pace import StreamPace

logger = logging.getLogger(__name__)


class Pricer:
    """Gives each assigned partition of the journal its fold, and takes it away in time."""

    def __init__(self, app: App, settings: Settings) -> None:
        self.partitions: dict[int, Partition] = {}
        #: Whether all partitions are here that it has been given.
        self._assigned_all = False
        #: Partitions that recover for the first time.
        self._starts: list[asyncio.Task[None]] = []
        self._app = app
        self._settings = settings
        self._router = Router(settings.partitions)
        self._lock = asyncio.Lock()
        self._group_offsets = GroupOffsets(self._commit)
        self._sessions = Sessions(settings)
        self._saving = SnapshotTurns(settings, self.partitions)
        self._pace = StreamPace(self._ask_often)
        self._journal = names(settings).outer(JOURNAL)
        take_partitions(
            app,
            "pricer",
            self._journal,
            self._price,
            revoked=self._revoked,
            assigned=self._assigned,
            shut_down=self._shut_down,
        )

    @property
    def ready(self) -> bool:
        """Whether it prices all partitions that it has been given."""
        return self._assigned_all and all(part.ready for part in self.partitions.values())

    def offer(self, number: int, offset: int, value: bytes, written: int) -> None:
        """What this worker has written to the journal need not come by the stream, if it is the
        next record of a partition that is priced here; `written` is its timestamp, ms.
        """
        partition = self.partitions.get(number)
        if partition is not None:
            partition.offer(offset, value, written)
            self._pace.wrote(number, offset)

    def _ask_often(self, often: bool) -> None:
        self._app.ask_less_often(*() if often else (self._journal,))

    async def _price(self, stream: Any) -> None:
        async for event in stream.noack().events():
            number, records = event.message.partition, event.message.value
            partition = self.partitions.get(number)
            if partition is None or not partition.has(records[-1].offset):
                self._pace.brought(number, records[-1].offset)
            if partition is not None:
                for record in records:
                    await partition.feed(record.offset, record.value, record.timestamp)

    async def _revoked(self, _app: Any, revoked: set[Any], **_: Any) -> None:
        self._cancel_starts()  # the group would wait for them
        async with self._lock:
            await self._let_go({tp.partition for tp in revoked})

    def _cancel_starts(self) -> None:
        self._assigned_all = False
        for start in self._starts:
            start.cancel()

    async def _let_go(self, numbers: Collection[int]) -> None:
        gone = [self.partitions.pop(number, None) for number in sorted(numbers)]
        await asyncio.gather(*[partition.stop() for partition in gone if partition])

    async def _assigned(self, _app: Any, **_: Any) -> None:
        async with self._lock:
            assignment = self._app.consumer.assignment()
            ours = {tp.partition for tp in assignment if tp.topic == self._journal}
            await self._let_go(self.partitions.keys() - ours)
            fresh = [self._partition(number) for number in sorted(ours - self.partitions.keys())]
            self._starts = [asyncio.create_task(self._start(partition)) for partition in fresh]
            try:
                await asyncio.gather(*self._starts, return_exceptions=True)
            except asyncio.CancelledError:
                # the worker stops before they are ready
                self._cancel_starts()
                await asyncio.gather(*[part.stop() for part in fresh])
                raise
            self._assigned_all = ours <= self.partitions.keys()

    async def _start(self, partition: Partition) -> None:
        try:
            await partition.start()
        except asyncio.CancelledError:
            await partition.stop()
            raise
        except Exception as error:
            die("the state of a partition cannot be recovered", error)
        self.partitions[partition.number] = partition
        self._watch(partition)

    def _partition(self, number: int) -> Partition:
        shared = self._router, self._group_offsets, self._sessions, self._saving
        return Partition(self._settings, number, *shared)

    def _watch(self, partition: Partition) -> None:
        consumer, tp = self._app.consumer, TopicPartition(self._journal, partition.number)
        lag = JOURNAL_LAG.labels(str(partition.number))
        lag.set_function(lambda: max((consumer.highwater(tp) or 0) - partition.position, 0))

    async def _commit(self, offsets: dict[TopicPartition, int]) -> None:
        named = {TopicPartition(self._journal, tp.partition): at for tp, at in offsets.items()}
        await self._app.consumer._thread.commit(named)

    async def _shut_down(self, _app: Any, **_: Any) -> None:
        self._cancel_starts()
        async with self._lock:
            parts, self.partitions = self.partitions, {}
            await asyncio.gather(*[partition.stop() for partition in parts.values()])
            await self._sessions.stop()
