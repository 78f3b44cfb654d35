"""One partition of the journal in the hands of this worker."""

from __future__ import annotations

import asyncio
import logging
import time

from online_models.fold.fold import Fold
from streams.app import die
from streams.ingest.routing import Router
from streams.journal import codec
from streams.pricer.publisher import CommitOffset, Publisher
from streams.pricer.recovery import LostError, recover
from streams.settings import Settings
from streams.snapshots import codec as snapshots

logger = logging.getLogger(__name__)

#: A snapshot may take this share of the time: a large state is saved less often.
SNAPSHOT_SHARE = 0.05
#: Events that lead to no output are committed this many seconds later at most. A crash folds
#: them again, which changes nothing; a transaction for each would cost more than the fold.
QUIET_SECONDS = 1.0


class Partition:
    """Folds the records of one partition in order, and publishes what they lead to.

    It trusts no client library with the order: a record below its position is skipped, a hole
    stops the worker.
    """

    def __init__(
        self, settings: Settings, number: int, router: Router, commit_offset: CommitOffset
    ) -> None:
        self.number = number
        self.position = 0
        self.fold = Fold(settings.fold)
        self._settings = settings
        self._publisher = Publisher(settings, number, router)
        self._commit_offset = commit_offset
        self._lock = asyncio.Lock()
        self._closed = False
        self._timer: asyncio.Task[None] | None = None
        self._encoding: asyncio.Future[list[bytes]] | None = None
        self._next_snapshot = time.monotonic() + settings.snapshot_seconds
        self._snapshot_at = -1

    async def start(self) -> Partition:
        """Fence, recover, and be ready for the record at `position`."""
        begun = time.monotonic()
        await self._publisher.start()
        self.fold, self.position, snapshot = await recover(self._settings, self.number)
        self._snapshot_at = snapshot
        logger.info(
            "partition %d at %d (snapshot at %d), ready after %.1f s",
            self.number,
            self.position,
            snapshot,
            time.monotonic() - begun,
        )
        return self

    async def feed(self, offset: int, value: bytes) -> None:
        """Take one journal record."""
        async with self._lock:
            if self._closed or offset < self.position:
                return
            if offset > self.position:
                raise LostError(f"journal {self.number}: got {offset}, expected {self.position}")
            outputs = self.fold.step(codec.decode(value))
            self.position += 1
            if outputs:
                if not self._publisher.open:
                    await self._publisher.begin()
                    self._commit_within(self._settings.transaction_ms / 1000)
                await self._publisher.send(outputs)
            elif self._timer is None:
                self._commit_within(QUIET_SECONDS)

    def _commit_within(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.create_task(self._later(seconds))

    async def _later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        # from here on nobody cancels it: a transaction is not left half committed
        self._timer = None
        try:
            await self.commit()
        except Exception as error:
            # a transaction that cannot be committed must not be followed by another
            die(f"partition {self.number} cannot publish", error)

    async def commit(self) -> None:
        """End the transaction, with a snapshot where one is due."""
        async with self._lock:
            if self._closed:
                return
            await self._publisher.begin()
            if self._encoding is not None and self._encoding.done():
                await self._publisher.send_snapshot(self._encoding.result())
                self._encoding = None
            await self._publisher.commit(self.position, self._commit_offset)
            if self._encoding is None and time.monotonic() >= self._next_snapshot:
                self._begin_snapshot()

    def _begin_snapshot(self) -> None:
        """Copy the state now; encode it beside the fold, and send it with a later transaction."""
        begun = time.monotonic()
        state, position = self.fold.snapshot(), self.position
        taken = time.monotonic() - begun
        wait = max(self._settings.snapshot_seconds, taken / SNAPSHOT_SHARE)
        self._next_snapshot = begun + wait
        self._snapshot_at = position
        loop = asyncio.get_running_loop()
        self._encoding = loop.run_in_executor(None, snapshots.encode, state, position)

    async def stop(self) -> None:
        """Publish what is whole, save the state, and let go."""
        async with self._lock:
            if self._closed:
                return
            self._closed = True
            if self._timer is not None:
                self._timer.cancel()
            try:
                await self._last_words()
            finally:
                await self._publisher.stop()

    async def _last_words(self) -> None:
        await self._publisher.begin()
        encoded = None if self._encoding is None else await self._encoding
        if self._snapshot_at != self.position:
            encoded = snapshots.encode(self.fold.snapshot(), self.position)
        if encoded is not None:
            await self._publisher.send_snapshot(encoded)
        await self._publisher.commit(self.position, self._commit_offset)
