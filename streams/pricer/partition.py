"""One partition of the journal in the hands of this worker."""

from __future__ import annotations

import asyncio
import logging

from aiokafka.errors import KafkaError, ProducerFenced

from online_models.journal.batch import Batch, Kind
from online_models.journal.joining import join
from online_models.journal.outputs import Output
from schemas.records.quarantined import Quarantined
from streams.configuration.settings import Settings
from streams.ingest.routing import Router
from streams.kafka.app import die
from streams.kafka.errors import FORBIDDEN, UNANSWERED
from streams.kafka.surroundings import monotonic, surroundings
from streams.metrics.instruments import PartitionMetrics
from streams.pricer.group_offsets import GroupOffsets
from streams.pricer.intake import RETRY_SECONDS, PartitionQueue
from streams.pricer.publisher import Publisher
from streams.pricer.recovery import Recovered, recover
from streams.pricer.sessions import Sessions
from streams.pricer.snapshots import codec as snapshots
from streams.pricer.snapshots.turns import SnapshotTurns
from streams.quarantine.entries import Quarantine
from streams.quarantine.guard import Guard

logger = logging.getLogger(__name__)

#: Seconds that are folded in one transaction at most.
LONGEST_RUN = 0.1
#: Seconds for what waits when the worker stops; who takes over folds the rest.
LAST_RUN = 2.0
#: Seconds before a partition recovers from being fenced: whoever fenced its producer may have been
#: given the partition, and the group says so within this time.
FENCED_SECONDS = 3.0


class Partition:
    """Folds the records of one partition in order, and publishes what they lead to.

    Records wait while a transaction is on its way, and are then taken together: the slower the
    broker, the larger the transactions.

    Where Kafka takes no more of its transactions, it begins anew from the last that was committed.
    """

    def __init__(
        self,
        settings: Settings,
        number: int,
        router: Router,
        group_offsets: GroupOffsets,
        sessions: Sessions,
        saving: SnapshotTurns,
    ) -> None:
        self.number = number
        #: The first journal offset that is not folded yet.
        self.position = 0
        self.fold = surroundings().fold(settings.fold.of_partition(number))
        self._settings = settings
        self._router = router
        self._sessions = sessions
        self._publisher = Publisher(settings, number, router, sessions)
        self._metrics = PartitionMetrics(number)
        self._intake = PartitionQueue(settings, number, self._wake_within)
        self.feed, self.offer = self._intake.feed, self._intake.offer
        self.has = self._intake.has
        #: When the oldest record of the transaction was written to the journal, ms.
        self._oldest: int | None = None
        self._due = asyncio.Event()
        self._alarm: asyncio.TimerHandle | None = None
        self._runner: asyncio.Task[None] | None = None
        self._closed = False
        #: Whether it is recovered, and takes records.
        self.ready = False
        #: What every fold of this partition skips, and what is not written down of it yet.
        self._quarantine = Quarantine()
        self._new: list[Quarantined] = []
        self._group_offsets = group_offsets
        self._saving = saving
        saving.begin(number)
        self._encoding: asyncio.Future[list[bytes]] | None = None
        self._snapshot_at = -1

    async def start(self) -> None:
        """Fence, recover, and take records from `position` on.

        Raises
        ------
        LostError
            The journal or the snapshots contradict each other.
        """
        while not await self._recovered():
            await asyncio.sleep(RETRY_SECONDS)
        self._runner = asyncio.create_task(self._run())

    async def _recovered(self) -> bool:
        """Fence and recover; returns whether Kafka allowed it."""
        begun = monotonic()
        try:
            await self._publisher.start()
            fence = self._publisher.fence_owner
            recovered = await recover(self._settings, self.number, fence=fence)
            self.position, snapshot = recovered.position, recovered.snapshot
            await self._publisher.claim(self.position)
            self._publish(self._take(recovered))
        except FORBIDDEN:
            raise
        except UNANSWERED as error:
            logger.warning("partition %d waits for Kafka: %r", self.number, error)
            await self._replace_publisher()
            return False
        self._group_offsets.restart(self.number, self.position)
        self._snapshot_at = snapshot
        self._metrics.recovered()
        self._intake.open(self.position)
        self.ready = True
        self._due.set()
        logger.info(
            "partition %d at %d (snapshot at %d), ready after %.1f s",
            self.number,
            self.position,
            snapshot,
            monotonic() - begun,
        )
        return True

    async def _replace_publisher(self) -> None:
        """Give up what was handed over and is not committed, and have a new publisher."""
        await self._publisher.abandon()
        self._publisher = Publisher(self._settings, self.number, self._router, self._sessions)
        self._new = []

    def _wake_within(self, seconds: float) -> None:
        if not seconds:
            self._due.set()
            return
        loop = asyncio.get_running_loop()
        if self._alarm is not None:
            if self._alarm.when() <= loop.time() + seconds:
                return
            self._alarm.cancel()
        self._alarm = loop.call_later(seconds, self._due.set)

    async def _run(self) -> None:
        try:
            while not self._closed:
                try:
                    await self._turns()
                except FORBIDDEN:
                    raise
                except UNANSWERED as error:
                    self.ready = False
                    await self._begin_anew(error)
        except Exception as error:
            # a transaction that cannot be committed must not be followed by another
            die(f"partition {self.number} cannot go on", error)

    async def _turns(self) -> None:
        while not self._closed:
            await self._due.wait()
            begun = monotonic()
            await self._turn(begun)
            pause = begun + self._settings.pace_seconds - monotonic()
            if pause > 0 and not self._closed:
                await asyncio.sleep(pause)

    async def _begin_anew(self, error: KafkaError | OSError) -> None:
        """Recover in place: what was folded and is not committed is folded again."""
        if self._closed:
            logger.warning("partition %d: the rest is for the next worker: %r", self.number, error)
            return
        self._metrics.lost()
        fenced = isinstance(error, ProducerFenced)
        why = "Kafka has fenced its producer" if fenced else repr(error)
        logger.warning("partition %d recovers: %s", self.number, why)
        await self._intake.close()
        self._intake.clear()
        self._oldest, self._encoding = None, None
        await self._replace_publisher()
        await asyncio.sleep(FENCED_SECONDS if fenced else RETRY_SECONDS)
        while not (self._closed or await self._recovered()):
            await asyncio.sleep(RETRY_SECONDS)

    async def _turn(self, begun: float) -> None:
        """Fold what waits, publish it, and say how far the journal is done."""
        self._due.clear()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        while self._intake and monotonic() - begun < LONGEST_RUN:
            self._publish(await self._fold_some())
            await asyncio.sleep(0)
        if self._intake:
            self._due.set()
        await self._commit()
        if self._encoding is not None and self._encoding.done():
            await self._publisher.save(self._encoding.result(), self.position)
            self._encoding = None
            self._metrics.saved()
        if self._encoding is None and self._saving.due(self.number):
            self._begin_snapshot()

    def _take(self, recovered: Recovered) -> list[Output]:
        self.fold, self._quarantine = recovered.fold, recovered.quarantine
        self._list(recovered.new)
        return recovered.alerts

    def _list(self, entries: list[Quarantined]) -> None:
        self._new += entries
        self._metrics.quarantined(len(entries))

    def _publish(self, outputs: list[Output]) -> None:
        self._publisher.send_quarantined(self._new)
        self._new = []
        self._publisher.send(outputs)

    async def _fold_some(self) -> list[Output]:
        batches, written = self._intake.take()
        batch = join(batches)
        self._oldest = written if self._oldest is None else self._oldest
        begun = monotonic()
        outputs = await self._step(batches, batch)
        self.position += len(batches)
        self._metrics.folded(len(batch), outputs, monotonic() - begun)
        if (batch.kind == Kind.TICK).any():
            self._group_offsets.hurry()
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
            await self._publisher.commit(self.position)
            outputs += self._take(await recover(self._settings, self.number, self.position))
        own = self._settings.fold.of_partition(self.number)
        guard = Guard(self.fold, own, self.number, self._quarantine)
        for offset, batch in enumerate(batches, start=self.position):
            outputs += guard.step(offset, batch)
        self.fold = guard.fold
        self._list(guard.new)
        return outputs

    async def _commit(self) -> None:
        """Publish what there is; now and then commit the offset, beside what follows."""
        if self._publisher.pending:
            await self._publisher.commit(self.position)
            self._metrics.committed(self._oldest)
        self._oldest = None
        self._metrics.stands(self.position, self._intake.events)
        self._group_offsets.follow(self.number, self.position)

    def _begin_snapshot(self) -> None:
        """Encode the state as it is now; it is sent with a later transaction."""
        self._snapshot_at = self.position
        self._encoding = self._saving.encode(self.number, self.fold.snapshot, self.position)

    async def stop(self) -> None:
        """Publish what is whole, save the state, and let go; before it is ready, let go."""
        if self._closed:
            return
        self._closed = True
        self._due.set()
        try:
            await self._intake.close()
            if self._runner is None:
                return
            if not self.ready:
                self._runner.cancel()
            await asyncio.wait([self._runner])
            if self.ready:
                await self._finish()
        except UNANSWERED as error:
            logger.warning("partition %d: the rest is for the next worker: %r", self.number, error)
        finally:
            if self.ready:
                logger.info("partition %d let go at %d", self.number, self.position)
            self.ready = False
            self._metrics.released()
            await self._publisher.stop()

    async def _finish(self) -> None:
        enough = monotonic() + LAST_RUN
        while self._intake and monotonic() < enough:
            await self._turn(monotonic())
        await self._save()

    async def _save(self) -> None:
        """Write the state down, and let the partition go."""
        encoded = None if self._encoding is None else await self._encoding
        if self._snapshot_at != self.position:
            encoded = snapshots.encode(self.fold.snapshot(), self.position)
        await self._publisher.let_go(encoded, self.position)
        await self._group_offsets.finish(self.number, self.position)
