"""What one partition of the journal leads to, on its way to Kafka."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from aiokafka.errors import KafkaError

from online_models.journal.outputs import Output
from schemas.records.quarantined import Quarantined
from schemas.topics import TOPICS
from streams.configuration.agreement import encoded, of_pricer
from streams.configuration.settings import Settings
from streams.formats.outgoing import OutputFormats
from streams.ingest.routing import Router
from streams.pricer.sessions import OwnRecord, Session, Sessions, Share, TransactionalWriter, fence
from streams.pricer.snapshots import store
from streams.pricer.snapshots.refusal import refusal
from streams.quarantine import entries as quarantine


class Publisher:
    """Publishes what one journal partition leads to.

    `start` and `fence_owner` fence whoever published for the partition before: no output of theirs
    can be committed from then on, so that what is committed can be read and relied on. `claim` says
    that this session publishes from now on; it fails where another has started meanwhile.

    Outputs are published in the worker's session. Snapshots have transactions of their own: those
    of other partitions need not wait for them.
    """

    def __init__(
        self, settings: Settings, partition: int, router: Router, sessions: Sessions
    ) -> None:
        self._settings = settings
        self._partition = partition
        self._router = router
        self._sessions = sessions
        self._outgoing = OutputFormats(settings)
        self._agreement = encoded(of_pricer(settings))
        self._exactly_once = settings.delivery == "exactly-once"
        identity = f"{settings.app}-{partition}" if self._exactly_once else None
        self._own = TransactionalWriter(settings, identity)
        self._session: Session | None = None
        self._share = Share()
        self._open: dict[tuple[str, int], Any] = {}
        self._position: int | None = None

    async def start(self) -> None:
        """Connect, and fence whoever takes the partition beside this or did before."""
        await self._outgoing.register()
        self._session = await self._sessions.current()
        await self._own.start()

    async def fence_owner(self, owner: str) -> bool:
        """Fence the session that has the partition; returns whether it is another's."""
        if not self._exactly_once or owner == self._current.identity:
            # an earlier turn of this session has ended: nothing of it is on its way
            return False
        await fence(self._settings, owner)
        return True

    @property
    def _current(self) -> Session:
        if self._session is None:
            raise KafkaError("not started")
        return self._session

    async def stop(self) -> None:
        """Close."""
        await self._own.stop()

    async def abandon(self) -> None:
        """Close so that nothing more is written."""
        await self._own.abandon()

    @property
    def pending(self) -> bool:
        """Whether anything was handed over that is not committed."""
        return bool(self._share or self._open)

    def send(self, outputs: Iterable[Output]) -> None:
        """Hand over outputs, in order."""
        for topic, key, value, time in outputs:
            if key is None or TOPICS[topic].broadcast:
                where = (topic, 0)
            else:
                where = (topic, self._router.partition(key.decode()))
            batch = self._open.get(where)
            if batch is None:
                batch = self._open[where] = self._current.create_batch()
            written = self._outgoing.write(topic, key, value, time)
            record = {"key": key, "value": written.value, "headers": list(written.headers)}
            if batch.append(**record, timestamp=time) is None:
                self._share.batches.append((*where, batch))
                batch = self._open[where] = self._current.create_batch()
                batch.append(**record, timestamp=time)

    def send_quarantined(self, entries: Iterable[Quarantined]) -> None:
        """Hand over entries of the quarantine, which are committed with what the events beside them
        lead to: whoever takes over finds both, or neither.
        """
        for entry in entries:
            key, value = quarantine.key(entry), quarantine.encoded(entry)
            self._share.records.append(self._record(quarantine.TOPIC, key, value))

    async def commit(self, position: int) -> None:
        """Publish what was handed over: the journal is done up to `position` (exclusive) then."""
        share, self._share = self._share, Share()
        share.batches += [(*where, batch) for where, batch in self._open.items()]
        self._open = {}
        if self._exactly_once and position != self._position:
            share.records.append(self._where(position))
        if share:
            await self._current.publish(share)
            self._position = position

    async def claim(self, position: int) -> None:
        """Write down who prices this partition of the journal from `position` on, and under which
        settings.
        """
        await self._write_own(self._claim(), position)

    async def save(self, snapshot: Iterable[bytes], position: int) -> None:
        """Write a snapshot. What the journal leads to up to `position` is committed: recovery
        relies on that, and looks for the position near the newest snapshot.
        """
        await self._write_own([*self._parts(snapshot), *self._claim()], position)

    async def let_go(self, snapshot: Iterable[bytes] | None, position: int) -> None:
        """As `save`, where there is a snapshot; the next owner has nobody to fence."""
        saved = () if snapshot is None else (*self._parts(snapshot), *self._claim())
        released = [self._record(store.TOPIC, store.OWNER, b"")] if self._exactly_once else []
        await self._write_own([*saved, *released], position)

    async def _write_own(self, records: list[OwnRecord], position: int) -> None:
        if self._exactly_once:
            records.append(self._where(position))
        if records:
            await self._own.write([Share(records=records)])
            self._position = position

    def _claim(self) -> list[OwnRecord]:
        values = {store.APP: self._settings.app.encode(), store.SETTINGS: self._agreement}
        if self._exactly_once:
            values[store.OWNER] = self._current.identity.encode()
        return [self._record(store.TOPIC, key, value) for key, value in values.items()]

    def _parts(self, snapshot: Iterable[bytes]) -> Iterable[OwnRecord]:
        yield self._record(store.TOPIC, store.REFUSAL, refusal())
        for i, part in enumerate(snapshot):
            yield self._record(store.TOPIC, store.key(i), part)

    def _where(self, position: int) -> OwnRecord:
        return self._record(store.TOPIC, store.POSITION, b"%d" % position)

    def _record(self, topic: str, key: bytes, value: bytes) -> OwnRecord:
        return OwnRecord(topic, self._partition, key, value)
