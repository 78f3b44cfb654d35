"""Price changes, each handed over once, and what the shop answers."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Literal, Self

import msgspec
from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError

from streams.client.places import Places
from streams.client.records import Change, acknowledgement
from streams.configuration.settings import Settings
from streams.formats.reading import readable
from streams.kafka.clients import consumer, producer

logger = logging.getLogger(__name__)

TOPIC, ACKS = "price-changes", "price-acks"
#: ms that a look for changes takes where there are none.
WAIT_MS = 200
MOST_AT_ONCE = 500
#: ms after which others take over from a process that was killed; one that starts again under its
#: name (the setting `instance`) goes on at once.
SESSION_MS = 6000
#: Seconds between commits. After a crash, what was answered since is told again.
COMMIT_SECONDS = 0.5


class PriceFeed(ConsumerRebalanceListener):  # type: ignore[misc]
    """Iterates over changes: each revision of an offer once, and none after a newer one.

    Each change is to be answered by `acknowledge` or `reject`, in any order; what was not answered
    when the process ended is handed over again at the next start, with a group.

    Parameters
    ----------
    settings
        Which Kafka.
    group
        The consumer group that remembers how far the shop is; its members share the offers. None
        reads the newest change of every offer at each start.
    shown
        The revision that the shop shows of each offer, as kept beside its prices. What is not above
        it is answered, and not handed over. A shop that writes price and revision in one
        transaction so takes each change exactly once, whenever it is killed.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        group: str | None = None,
        shown: Mapping[tuple[str, str], int] | None = None,
    ) -> None:
        self._group = group
        self._shown = dict(shown or {})
        self._newest = dict(self._shown)
        self._places: dict[TopicPartition, Places] = {}
        self._open: dict[str, tuple[TopicPartition, int]] = {}
        self._ready: list[Change] = []
        self._sent: list[asyncio.Future[Any]] = []
        self._commit_at = 0.0
        self._consumer = readable(
            settings,
            consumer(
                settings,
                group_id=group,
                group_instance_id=settings.instance if group else None,
                session_timeout_ms=SESSION_MS,
                isolation_level="read_committed",
                auto_offset_reset="earliest",
                enable_auto_commit=False,
            ),
        )
        self._producer = producer(settings, enable_idempotence=True)

    async def __aenter__(self) -> Self:
        await self._producer.start()
        try:
            self._consumer.subscribe([TOPIC], listener=self)
            await self._consumer.start()
        except BaseException:
            await self._producer.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._commit()
        finally:
            await self._consumer.stop()
            await self._producer.stop()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        while not self._ready:
            self._ready = (await self.take())[::-1]
        return self._ready.pop()

    async def take(self, wait_ms: int = WAIT_MS) -> list[Change]:
        """The changes that are there, or come within `wait_ms`, in order."""
        if time.monotonic() >= self._commit_at:
            await self._commit()
        fetched = await self._consumer.getmany(timeout_ms=wait_ms, max_records=MOST_AT_ONCE)
        found: list[Change] = []
        for place, records in fetched.items():
            places = self._places.setdefault(place, Places())
            for record in records:
                change = msgspec.json.decode(record.value, type=Change)
                known = change.revision <= self._newest.get(change.offer, -1)
                if not known:
                    self._newest[change.offer] = change.revision
                    found.append(change)
                if not known or self._lost(change):
                    self._open[change.decision_id] = place, record.offset
                    places.hand_out(record.offset)
                    continue
                places.pass_over(record.offset)
                if change.revision == self._shown.get(change.offer) and self._group is not None:
                    # whether that was said before the last end is not known; said twice, it counts
                    # once
                    del self._shown[change.offer]
                    await self._answer(change, "applied", None)
        return found

    async def acknowledge(self, change: Change, *, at: int | None = None) -> None:
        """The shop shows the price since `at`, ms; now where that is not said."""
        await self._answer(change, "applied", at)
        self._done(change)

    async def reject(self, change: Change, reason: str, *, at: int | None = None) -> None:
        """The shop does not show the price, and will not: it keeps the one before."""
        await self._answer(change, "rejected", at, reason)
        self._done(change)

    def skip(self, change: Change) -> None:
        """A newer revision has made it needless; nothing is answered."""
        self._done(change)

    async def at_end(self) -> bool:
        """Whether all that Kafka holds of this reader's partitions has been read."""
        mine = self._consumer.assignment()
        ends = await self._consumer.end_offsets(mine)
        positions = [await self._consumer.position(place) >= ends[place] for place in mine]
        return bool(mine) and all(positions)

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Whoever reads on from here finds all that was answered committed."""
        await self._commit()
        for place in revoked:
            self._places.pop(place, None)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing to do: each begins where the group stands."""

    async def _answer(
        self,
        change: Change,
        status: Literal["applied", "rejected"],
        at: int | None,
        reason: str | None = None,
    ) -> None:
        then = time.time_ns() // 1_000_000 if at is None else at
        ack, key = acknowledgement(change, status, then, reason), change.sku.encode()
        self._sent.append(await self._producer.send(ACKS, ack, key, timestamp_ms=then))

    def _lost(self, change: Change) -> bool:
        """Whether it waits for an answer, and a rebalance has taken its place away and given it
        back.
        """
        found = self._open.get(change.decision_id)
        return found is not None and not (
            found[0] in self._places and self._places[found[0]].is_open(found[1])
        )

    def _done(self, change: Change) -> None:
        found = self._open.pop(change.decision_id, None)
        if found is not None and found[0] in self._places:
            self._places[found[0]].done(found[1])

    async def _commit(self) -> None:
        """Wait until Kafka has the answers, then let go of what they answer."""
        self._commit_at = time.monotonic() + COMMIT_SECONDS
        places = {
            place: offset
            for place, each in self._places.items()
            if (offset := each.to_commit()) is not None
        }
        sent, self._sent = self._sent, []
        await asyncio.gather(*sent)
        if self._group is not None and places:
            try:
                await self._consumer.commit(places)
            except CommitFailedError as error:
                # another member reads there now: it is told again what was answered since
                logger.warning("changes will come again: %s", error)
                return
            for place, offset in places.items():
                if place in self._places:
                    self._places[place].committed(offset)
