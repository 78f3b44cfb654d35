"""Journal records as they come, in order and without a gap, until they are folded."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import aclosing

from online_models.journal.batch import Batch
from online_models.journal.joining import can_wait, run
from streams.configuration.settings import Settings
from streams.journal import codec
from streams.kafka.app import die
from streams.kafka.errors import FORBIDDEN, UNANSWERED
from streams.kafka.surroundings import monotonic
from streams.metrics import stages
from streams.pricer.journal_reader import missing

logger = logging.getLogger(__name__)

#: Orders and clicks wait this many seconds at most for events that need them.
PATIENCE = 0.1
#: Events that wait for the fold before reading waits for it, and journal records.
EVENTS_WAITING = 20_000
RECORDS_WAITING = 1000
#: Events of small journal records that are folded as one.
JOINED = 2000
#: Seconds until Kafka is asked again.
RETRY_SECONDS = 0.5


class PartitionQueue:
    """What waits of one partition. It trusts no client library with the order: what the stream
    hands over twice is skipped, and what it passed over is read by itself. Where that is not there,
    the worker stops.

    `events` is how many events wait.
    """

    def __init__(self, settings: Settings, number: int, wake: Callable[[float], None]) -> None:
        """`wake(seconds)` has what waits folded within so many seconds."""
        self.events = 0
        self._settings = settings
        self._number = number
        self._wake = wake
        self._batches: deque[Batch] = deque()
        #: When each of them was written to the journal, ms.
        self._written: deque[int] = deque()
        #: The first offset that has not come yet, and the first that the stream has not reached.
        self._expected = self._seen = 0
        self._open = False
        #: Since when something waits that leads to something at once; None where nothing does.
        self._urgent_since: float | None = None
        self._room = asyncio.Event()
        self._reading: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._batches)

    def open(self, position: int) -> None:
        """Take records from offset `position` on; nothing may be waiting."""
        self._expected = position
        self._open = True
        self._read_missing()

    async def close(self) -> None:
        """Take no more. What has come waits on."""
        self._open = False
        self._room.set()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.wait([self._reading])
            self._reading = None

    def clear(self) -> None:
        """Forget what waits."""
        self._batches.clear()
        self._written.clear()
        self.events = 0
        self._urgent_since = None

    def take(self) -> tuple[list[Batch], int]:
        """Take the records that are to be folded as one, and when the first was written, ms."""
        number = run(self._batches, JOINED)
        batches = [self._batches.popleft() for _ in range(number)]
        written = [self._written.popleft() for _ in range(number)]
        self.events -= sum(map(len, batches))
        if self._urgent_since is not None:
            stages.WAIT.observe(monotonic() - self._urgent_since)
            self._urgent_since = None
        self._room.set()
        return batches, written[0]

    async def feed(self, offset: int, value: bytes, written: int) -> None:
        """What the stream hands over; waits where too much is waiting.

        While this is closed, only how far the stream has come is noted.
        """
        self._seen = max(self._seen, offset + 1)
        if offset == self._expected and self._open:
            await self._accept(value, written)
        else:
            self._read_missing()

    def has(self, offset: int) -> bool:
        """Whether the record at `offset` has come."""
        return offset < self._expected

    def offer(self, offset: int, value: bytes, written: int) -> None:
        """Take the record at `offset` before the stream brings it, if it is the next one and there
        is room for it.
        """
        if offset == self._expected and self._open and not self._full:
            self._queue(value, written)

    @property
    def _full(self) -> bool:
        return self.events >= EVENTS_WAITING or len(self._batches) >= RECORDS_WAITING

    async def _accept(self, value: bytes, written: int) -> None:
        self._queue(value, written)
        while self._open and self._full:
            self._room.clear()
            await self._room.wait()

    def _queue(self, value: bytes, written: int) -> None:
        self._expected += 1
        batch = codec.decode(value, written)
        self._batches.append(batch)
        self._written.append(written)
        self.events += len(batch)
        if can_wait(batch) and self.events < JOINED:
            self._wake(PATIENCE)
        else:
            self._urgent_since = self._urgent_since or monotonic()
            self._wake(0.0)

    def _read_missing(self) -> None:
        """The stream's own position runs ahead while a partition recovers, and in a rebalance."""
        behind = self._open and self._expected < self._seen
        if behind and (self._reading is None or self._reading.done()):
            self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while self._expected < self._seen:
                try:
                    await self._read_stretch()
                except FORBIDDEN:
                    raise
                except UNANSWERED as error:
                    logger.warning("partition %d waits for Kafka: %r", self._number, error)
                    await asyncio.sleep(RETRY_SECONDS)
        except Exception as error:
            die(f"partition {self._number} cannot go on", error)

    async def _read_stretch(self) -> None:
        start = self._expected
        stretch = missing(self._settings, self._number, start, lambda: self._seen)
        async with aclosing(stretch) as records:
            async for record in records:
                # the stream goes on beside this
                if record.offset == self._expected:
                    await self._accept(record.value, record.timestamp)
