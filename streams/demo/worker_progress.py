"""How far a worker has come, seen from outside: the journal, and the offset it has priced."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

import numpy as np
from aiokafka import TopicPartition

from online_models.journal.batch import Kind
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.demo.topics import ends
from streams.journal import TOPIC as JOURNAL
from streams.journal import codec
from streams.kafka.clients import consumer
from streams.kafka.consumer import Consumer

#: Seconds between looks at what is priced.
LOOK = 0.01


class WorkerProgress:
    """Follows one partition of the journal: every partition gets every tick.

    `reached` is the event time (ms) of the last tick that is priced and published.
    """

    def __init__(self, settings: Settings) -> None:
        self.reached = 0
        self._settings = settings
        self._followed = TopicPartition(JOURNAL, 0)
        self._ticks: deque[tuple[int, int]] = deque()
        options = {"enable_auto_commit": False}
        self._journal = consumer(settings, **options, group_id=None, fetch_max_wait_ms=20)
        self._priced = consumer(settings, **options, group_id=settings.app)
        self._ingested = consumer(settings, **options, group_id=f"{settings.app}-ingest")

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Self]:
        """Connected to Kafka while the context lasts; records already there are passed over."""
        consumers = (self._journal, self._priced, self._ingested)
        await asyncio.gather(*(each.start() for each in consumers))
        try:
            self._journal.assign([self._followed])
            await self._journal.seek_to_end()
            yield self
        finally:
            await asyncio.gather(*(each.stop() for each in consumers))

    async def follow(self) -> None:
        """Keep `reached` up to date, until cancelled."""
        first = self._followed
        while True:
            fetched = await self._journal.getmany(first, timeout_ms=int(LOOK * 1000))
            for record in fetched.get(first, []):
                batch = codec.decode(record.value, record.timestamp)
                times = batch.time[batch.kind == Kind.TICK]
                if len(times):
                    self._ticks.append((record.offset, int(np.max(times))))
            priced = await self._priced.committed(first) or 0
            while self._ticks and self._ticks[0][0] < priced:
                self.reached = max(self.reached, self._ticks.popleft()[1])
            await asyncio.sleep(LOOK)

    async def drain(self) -> None:
        """Wait until everything that is in the input topics now is priced and published."""
        fed = [topic.name for topic in TOPICS.values() if topic.direction == "in"]
        await self._passed(self._ingested, await ends(self._settings, fed))
        await self._passed(self._priced, await ends(self._settings, [JOURNAL]))

    async def _passed(self, group: Consumer, until: dict[TopicPartition, int]) -> None:
        for partition, end in until.items():
            while end and (await group.committed(partition) or 0) < end:
                await asyncio.sleep(LOOK)
