"""The consumer group's offset of one partition, which follows what is published."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from streams.journal import TOPIC as JOURNAL
from streams.kafka.closing import STOP_SECONDS, within
from streams.kafka.surroundings import monotonic

logger = logging.getLogger(__name__)

#: The offset is written down this many seconds later at most, and sooner where time has moved on:
#: it shows the lag, and spares a restart some reading. What is exact rests on the position that is
#: published with the outputs; all that the offset must never do is lead.
COMMIT_SECONDS = 1.0


class CommitOffset(Protocol):
    """Commits offsets of the journal for the worker's consumer group."""

    async def __call__(self, offsets: dict[TopicPartition, int]) -> Any:
        """Returns once they are committed, or cannot be."""


class GroupOffset:
    """Commits now and then, beside what follows, and one at a time: none overtakes another."""

    def __init__(
        self, number: int, turn: float, commit: CommitOffset, wake: Callable[[float], None]
    ) -> None:
        """`turn`: seconds by which this partition is behind others; `wake(seconds)` has `follow`
        called again within so many seconds.
        """
        self._place = TopicPartition(JOURNAL, number)
        self._turn = turn
        self._commit = commit
        self._wake = wake
        self._committed = 0
        self._committing: asyncio.Task[None] | None = None
        self._at = monotonic() + turn

    def restart(self, position: int) -> None:
        """Everything below `position` is committed."""
        self._committed = position

    def hurry(self) -> None:
        """Time has moved on."""
        self._at = min(self._at, monotonic() + self._turn)

    def follow(self, position: int) -> None:
        """Everything below `position` is published."""
        if position == self._committed or self._committing is not None:
            return
        if monotonic() >= self._at:
            self._committing = asyncio.create_task(self._write(position))
        else:
            self._wake(self._at - monotonic())

    async def finish(self, position: int) -> None:
        """Commit at once, as far as Kafka answers in time."""
        if self._committing is not None:
            await self._committing
        await within(self._write(position), STOP_SECONDS)

    async def _write(self, position: int) -> None:
        try:
            await self._commit({self._place: position})
        except KafkaError as error:
            number = self._place.partition
            logger.warning("partition %d: the group's offset lags: %s", number, error)
        self._committed, self._at = position, monotonic() + COMMIT_SECONDS
        self._committing = None
        self._wake(COMMIT_SECONDS)
