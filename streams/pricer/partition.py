"""One partition of the journal in the hands of this worker."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Any, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from online_models.journal.batch import Batch, Kind
from online_models.journal.joining import can_wait, join, run
from online_models.journal.outputs import Output
from schemas.records.quarantined import Quarantined
from streams.configuration.settings import Settings
from streams.ingest.routing import Router
from streams.journal import TOPIC as JOURNAL
from streams.journal import codec
from streams.kafka.app import die
from streams.kafka.surroundings import monotonic, surroundings
from streams.metrics.instruments import PartitionMetrics
from streams.pricer.publisher import Publisher
from streams.pricer.recovery import LostError, Recovered, recover
from streams.pricer.snapshots import codec as snapshots
from streams.quarantine.entries import Quarantine
from streams.quarantine.guard import Guard

logger = logging.getLogger(__name__)

#: A snapshot may take this share of the time: a large state is saved less often.
SNAPSHOT_SHARE = 0.05
#: The consumer group's offset is written down this many seconds later at most, and sooner where
#: time has moved on: it shows the lag, and spares a restart some reading. What is exact rests on
#: the position that is published with the outputs; all that the offset must never do is lead.
OFFSET_COMMIT_SECONDS = 1.0
#: Orders and clicks wait this many seconds at most for events that need them.
PATIENCE = 0.1
#: Events that wait for the fold before reading waits for it, and journal records.
EVENTS_WAITING = 20_000
RECORDS_WAITING = 1000
#: Events of small journal records that are folded as one.
JOINED = 2000
#: Seconds that are folded in one transaction at most.
LONGEST_RUN = 0.1
#: Seconds for what waits when the worker stops; who takes over folds the rest.
LAST_RUN = 2.0


class CommitOffset(Protocol):
    """Commits offsets of the journal for the worker's consumer group."""

    async def __call__(self, offsets: dict[TopicPartition, int]) -> Any:
        """Returns once they are committed, or cannot be."""


class Partition:
    """Folds the records of one partition in order, and publishes what they lead to.

    Records wait while a transaction is on its way, and are then taken together: the slower the
    broker, the larger the transactions, and no partition holds up another.

    It trusts no client library with the order: a record below its position is skipped, a hole
    stops the worker.
    """

    def __init__(
        self, settings: Settings, number: int, router: Router, commit_offset: CommitOffset
    ) -> None:
        self.number = number
        #: The first journal offset that is not folded yet, and the first that has not come yet.
        self.position = self._expected = 0
        self.fold = surroundings().fold(settings.fold)
        self._settings = settings
        self._publisher = Publisher(settings, number, router)
        self._commit_offset = commit_offset
        self._metrics = PartitionMetrics(number)
        self._waiting: deque[Batch] = deque()
        #: When each of them was written to the journal, ms; and the oldest of the transaction.
        self._written: deque[int] = deque()
        self._oldest: int | None = None
        self._events = 0
        self._due = asyncio.Event()
        self._room = asyncio.Event()
        self._alarm: asyncio.TimerHandle | None = None
        self._runner: asyncio.Task[None] | None = None
        self._closed = False
        #: What every fold of this partition skips, and what is not written down of it yet.
        self._quarantine = Quarantine()
        self._new: list[Quarantined] = []
        self._committed = 0
        self._committing: asyncio.Task[None] | None = None
        # partitions take turns in what they do every few seconds, or all would wait for all
        share, now = number / settings.partitions, monotonic()
        self._turn_of_ours = share * OFFSET_COMMIT_SECONDS
        self._commit_offset_at = now + self._turn_of_ours
        self._next_snapshot = now + (1 + share) * settings.snapshot_seconds
        self._encoding: asyncio.Future[list[bytes]] | None = None
        self._snapshot_at = -1

    async def start(self) -> Partition:
        """Fence, recover, and be ready for the record at `position`."""
        begun = monotonic()
        await self._publisher.start()
        recovered = await recover(self._settings, self.number)
        self.position, snapshot = recovered.position, recovered.snapshot
        await self._publish(self._take(recovered))
        if not recovered.claimed:
            await self._publisher.claim(self.position)
        self._expected = self._committed = self.position
        self._snapshot_at = snapshot
        self._runner = asyncio.create_task(self._run())
        self._metrics.recovered()
        logger.info(
            "partition %d at %d (snapshot at %d), ready after %.1f s",
            self.number,
            self.position,
            snapshot,
            monotonic() - begun,
        )
        return self

    async def feed(self, offset: int, value: bytes, written: int) -> None:
        """Take one journal record, `written` at ms; waits where too much is waiting."""
        if offset < self._expected or self._closed:
            return
        if offset > self._expected:
            raise LostError(f"journal {self.number}: got {offset}, expected {self._expected}")
        self._expected += 1
        batch = codec.decode(value)
        self._waiting.append(batch)
        self._written.append(written)
        self._events += len(batch)
        if can_wait(batch) and self._events < JOINED:
            self._wake_within(PATIENCE)
        else:
            self._due.set()
        while not self._closed and (
            self._events >= EVENTS_WAITING or len(self._waiting) >= RECORDS_WAITING
        ):
            self._room.clear()
            await self._room.wait()

    def _wake_within(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        if self._alarm is not None:
            if self._alarm.when() <= loop.time() + seconds:
                return
            self._alarm.cancel()
        self._alarm = loop.call_later(seconds, self._due.set)

    async def _run(self) -> None:
        try:
            while not self._closed:
                await self._due.wait()
                begun = monotonic()
                await self._turn(begun)
                pause = begun + self._settings.transaction_ms / 1000 - monotonic()
                if pause > 0 and not self._closed:
                    await asyncio.sleep(pause)
        except Exception as error:
            # a transaction that cannot be committed must not be followed by another
            die(f"partition {self.number} cannot go on", error)

    async def _turn(self, begun: float) -> None:
        """Fold what waits, publish it, and say how far the journal is done."""
        self._due.clear()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        while self._waiting and monotonic() - begun < LONGEST_RUN:
            outputs = await self._fold_some()
            await self._publish(outputs)
            await asyncio.sleep(0)
        if self._waiting:
            self._due.set()
        if self._encoding is not None and self._encoding.done():
            await self._publisher.begin()
            await self._publisher.send_snapshot(self._encoding.result())
            self._encoding = None
            self._metrics.saved()
        await self._commit()
        if self._encoding is None and monotonic() >= self._next_snapshot:
            self._begin_snapshot()

    def _take(self, recovered: Recovered) -> list[Output]:
        self.fold, self._quarantine = recovered.fold, recovered.quarantine
        self._list(recovered.new)
        return recovered.alerts

    def _list(self, entries: list[Quarantined]) -> None:
        self._new += entries
        self._metrics.quarantined(len(entries))

    async def _publish(self, outputs: list[Output]) -> None:
        if outputs or self._new:
            await self._publisher.begin()
            await self._publisher.send_quarantined(self._new)
            self._new = []
            await self._publisher.send(outputs, self.position)

    async def _fold_some(self) -> list[Output]:
        number = run(self._waiting, JOINED)
        batches = [self._waiting.popleft() for _ in range(number)]
        batch = join(batches)
        written = [self._written.popleft() for _ in range(number)]
        self._oldest = written[0] if self._oldest is None else self._oldest
        self._events -= len(batch)
        self._room.set()
        outputs = await self._step(batches, batch)
        self.position += number
        self._metrics.folded(len(batch), outputs)
        if (batch.kind == Kind.TICK).any():
            self._commit_offset_at = min(self._commit_offset_at, monotonic() + self._turn_of_ours)
        return outputs

    async def _step(self, batches: list[Batch], joined: Batch) -> list[Output]:
        """Fold journal records; what fails in them is found, undone and listed."""
        outputs: list[Output] = []
        if not self._quarantine.lists(self.position, self.position + len(batches)):
            try:
                return self.fold.step(joined)
            except MemoryError:
                raise
            except Exception:
                logger.exception("partition %d: an event at %d fails", self.number, self.position)
            # its effect is half done: back to what was before, which is published first
            await self._publisher.begin()
            await self._publisher.commit(self.position)
            outputs += self._take(await recover(self._settings, self.number, self.position))
        guard = Guard(self.fold, self._settings.fold, self.number, self._quarantine)
        for offset, batch in enumerate(batches, start=self.position):
            outputs += guard.step(offset, batch)
        self.fold = guard.fold
        self._list(guard.new)
        return outputs

    async def _commit(self) -> None:
        """End the transaction, if any; now and then commit the offset, beside what follows."""
        if self._publisher.open:
            await self._publisher.commit(self.position)
            self._metrics.committed(self._oldest)
        self._oldest = None
        self._metrics.stands(self.position, self._events)
        if self.position == self._committed or self._committing is not None:
            return
        if monotonic() >= self._commit_offset_at:
            self._committing = asyncio.create_task(self._commit_position(self.position))
        else:
            self._wake_within(self._commit_offset_at - monotonic())

    async def _commit_position(self, position: int) -> None:
        """Commit the offset up to which everything is published, however far the fold is by now;
        one at a time, so that none overtakes another.
        """
        try:
            await self._commit_offset({TopicPartition(JOURNAL, self.number): position})
        except KafkaError as error:
            logger.warning("partition %d: the group's offset lags: %s", self.number, error)
        self._committed, self._commit_offset_at = position, monotonic() + OFFSET_COMMIT_SECONDS
        self._committing = None
        if self.position != position:
            self._wake_within(OFFSET_COMMIT_SECONDS)

    def _begin_snapshot(self) -> None:
        """Copy the state now; encode it beside the fold, and send it with a later transaction."""
        begun = monotonic()
        state, position = self.fold.snapshot(), self.position
        taken = monotonic() - begun
        wait = max(self._settings.snapshot_seconds, taken / SNAPSHOT_SHARE)
        self._next_snapshot = begun + wait
        self._snapshot_at = position
        self._encoding = surroundings().in_thread(snapshots.encode, state, position)

    async def stop(self) -> None:
        """Publish what is whole, save the state, and let go; before it is ready, let go."""
        if self._closed:
            return
        self._closed = True
        self._due.set()
        self._room.set()
        try:
            if self._runner is None:
                return
            await self._runner
            enough = monotonic() + LAST_RUN
            while self._waiting and monotonic() < enough:
                await self._turn(monotonic())
            await self._last_words()
        finally:
            self._metrics.released()
            await self._publisher.stop()

    async def _last_words(self) -> None:
        encoded = None if self._encoding is None else await self._encoding
        if self._snapshot_at != self.position:
            encoded = snapshots.encode(self.fold.snapshot(), self.position)
        await self._publisher.begin()
        if encoded is not None:
            await self._publisher.send_snapshot(encoded)
        await self._publisher.commit(self.position)
        if self._committing is not None:
            await self._committing
        await self._commit_position(self.position)
