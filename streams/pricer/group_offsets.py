"""The consumer group's offsets of a worker's partitions, which follow what is published."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any, Protocol

from aiokafka import TopicPartition

from streams.journal import TOPIC as JOURNAL
from streams.kafka.closing import STOP_SECONDS, within
from streams.kafka.errors import UNANSWERED

logger = logging.getLogger(__name__)

#: Offsets are written down this many seconds later at most, those of all partitions together: they
#: show the lag, and spare a restart some reading. What is exact rests on the position that is
#: published with the outputs; all that an offset must never do is lead.
COMMIT_SECONDS = 1.0
#: The same once time has moved on: whoever sends events as fast as they are priced waits for it.
TIME_SECONDS = 0.02


class CommitOffsets(Protocol):
    """Commits offsets of the journal for the worker's consumer group."""

    async def __call__(self, offsets: dict[TopicPartition, int]) -> Any:
        """Returns once they are committed, or cannot be."""


class GroupOffsets:
    """Commits now and then, beside what follows, and one at a time: none overtakes another."""

    def __init__(self, commit: CommitOffsets) -> None:
        self._commit = commit
        #: Of each partition that moved on since: everything below is published.
        self._published: dict[int, int] = {}
        self._committed: dict[int, int] = {}
        self._committing: asyncio.Task[None] | None = None
        self._writing = asyncio.Lock()
        self._moved = asyncio.Event()

    def restart(self, partition: int, position: int) -> None:
        """Everything below `position` is committed, whatever was said before."""
        self._published.pop(partition, None)
        self._committed[partition] = position

    def hurry(self) -> None:
        """Time has moved on."""
        self._moved.set()

    def follow(self, partition: int, position: int) -> None:
        """Everything below `position` is published."""
        if position == self._committed.get(partition):
            return
        self._published[partition] = position
        if self._committing is None:
            self._committing = asyncio.create_task(self._follow())

    async def finish(self, partition: int, position: int) -> None:
        """Commit at once what was published of a partition, as far as Kafka answers in time."""
        self._published.pop(partition, None)
        await within(self._write({partition: position}), STOP_SECONDS)

    async def _follow(self) -> None:
        while self._published:
            with suppress(TimeoutError):
                async with asyncio.timeout(COMMIT_SECONDS):
                    await self._moved.wait()
            await asyncio.sleep(TIME_SECONDS)
            self._moved.clear()
            published, self._published = self._published, {}
            await self._write(published)
        self._committing = None

    async def _write(self, positions: dict[int, int]) -> None:
        async with self._writing:
            try:
                await self._commit({TopicPartition(JOURNAL, p): at for p, at in positions.items()})
            except UNANSWERED as error:
                logger.warning("the group's offsets of partitions %s lag: %s", [*positions], error)
            self._committed |= positions
