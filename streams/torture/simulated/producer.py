"""A producer, as far as the shell uses one."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError, ProducerFenced

from streams.torture.simulated.cluster import Cluster, Log, StoredRecord
from streams.torture.simulated.loop import Loop
from streams.torture.simulated.network import Connection
from streams.torture.simulated.transactions import Coordinator

#: Records of a batch: few, so that there are many.
BATCH = 3


class ProduceWorld(Protocol):
    """What clients need of the world."""

    loop: Loop
    cluster: Cluster
    coordinator: Coordinator

    def connect(self) -> Connection:
        """A connection of its own."""

    def timestamp(self) -> int:
        """The brokers' clock, ms."""


class _Part(NamedTuple):
    timestamp: int | None
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class ProducedBatch:
    """Records that are written together."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []

    def append(
        self,
        *,
        key: bytes | None,
        value: bytes | None,
        timestamp: int | None,
        headers: Iterable[tuple[str, bytes]] = (),
    ) -> object | None:
        """Add a record; None where there is no room."""
        if len(self.parts) >= BATCH:
            return None
        self.parts.append(_Part(timestamp, key, value, tuple(headers)))
        return self


class _Sending:
    """The task that sends; once cancelled, nothing leaves any more."""

    def __init__(self) -> None:
        self.cancelled = False

    def cancel(self) -> None:
        """Send no more."""
        self.cancelled = True


class _Sender:
    def __init__(self) -> None:
        self.sender_task = _Sending()


class _ProduceClient:
    async def close(self) -> None:
        """Disconnect."""


class SimulatedProducer:
    """Writes each record once, partition by partition in order: the next batch of a partition
    leaves when the one before has been answered.
    """

    def __init__(self, broker: ProduceWorld, options: dict[str, Any]) -> None:
        self._broker = broker
        self._identity: str | None = options.get("transactional_id")
        self._connection = broker.connect()
        self._epoch = -1
        self._error: BaseException | None = None
        self._waiting: dict[TopicPartition, deque[tuple[list[_Part], asyncio.Future[Any]]]] = {}
        self._unanswered: set[asyncio.Future[Any]] = set()
        self._closed = False
        self._sender = _Sender()
        self.client = _ProduceClient()

    async def start(self) -> None:
        """Connect; with a transactional id, fence whoever had it before."""
        broker, identity = self._broker, self._identity
        if identity is None:
            await self._connection.request(lambda: None)
            return
        self._epoch = await self._connection.request(
            lambda: broker.coordinator.initialise(identity, broker.timestamp())
        )

    async def stop(self) -> None:
        """Send what waits, and disconnect."""
        if not self._closed:
            self._closed = True
            if self._unanswered and not self._sender.sender_task.cancelled:
                await asyncio.wait(list(self._unanswered))

    async def begin_transaction(self) -> None:
        """Open a transaction."""
        self._require_sound()

    async def commit_transaction(self) -> None:
        """Send what waits, and have the brokers keep all of it."""
        if self._unanswered:
            await asyncio.wait(list(self._unanswered))
        self._require_sound()
        broker, identity = self._broker, self._identity or ""
        await self._connection.request(
            lambda: broker.coordinator.commit(identity, self._epoch, broker.timestamp())
        )

    async def send(
        self,
        topic: str,
        value: bytes | None = None,
        *,
        key: bytes | None = None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
        headers: Iterable[tuple[str, bytes]] = (),
    ) -> asyncio.Future[Any]:
        """Hand over a record; the answer says where it lies."""
        part = _Part(timestamp_ms, key, value, tuple(headers))
        return self._hand_over([part], TopicPartition(topic, partition or 0))

    def create_batch(self) -> ProducedBatch:
        """An empty batch."""
        return ProducedBatch()

    async def send_batch(
        self, batch: ProducedBatch, topic: str, *, partition: int
    ) -> asyncio.Future[Any]:
        """Hand over a batch."""
        return self._hand_over(batch.parts, TopicPartition(topic, partition))

    def _require_sound(self) -> None:
        if self._error is not None:
            raise self._error

    def _hand_over(self, parts: list[_Part], place: TopicPartition) -> asyncio.Future[Any]:
        self._require_sound()
        done: asyncio.Future[Any] = self._broker.loop.create_future()
        self._unanswered.add(done)
        waiting = self._waiting.setdefault(place, deque())
        waiting.append((parts, done))
        if len(waiting) == 1:
            self._send_next(place)
        return done

    def _send_next(self, place: TopicPartition) -> None:
        if self._sender.sender_task.cancelled:
            return
        parts, done = self._waiting[place][0]
        write, heard = partial(self._write, parts, place), partial(self._answered, place, done)
        # a transaction whose answer is lost is asked for again until it is known
        self._connection.ask(write, heard, may_lose=self._identity is None)

    def _write(self, parts: list[_Part], place: TopicPartition) -> StoredRecord:
        broker = self._broker
        log: Log = broker.cluster.log(place)
        transaction = None
        if self._identity is not None:
            now = broker.loop.time()
            transaction = broker.coordinator.join(self._identity, self._epoch, log, now)
        for timestamp, key, value, headers in parts:
            at = broker.timestamp() if timestamp is None else timestamp
            record = log.append(at, key, value, headers, transaction)
        return record

    def _answered(
        self,
        place: TopicPartition,
        done: asyncio.Future[Any],
        record: StoredRecord,
        error: Exception | None,
    ) -> None:
        waiting = self._waiting[place]
        waiting.popleft()
        if error is None:
            self._unanswered.discard(done)
            if not done.done():
                done.set_result(record)
        else:
            if isinstance(error, ProducerFenced):
                self._error = error
            self._fail(done, error)
            # brokers take no batch of an idempotent producer after one that is missing
            for _, other in waiting:
                self._fail(other, KafkaError(f"out of order: {place}"))
            waiting.clear()
        if waiting:
            # whoever hears of the answer acts before the next leaves
            self._broker.loop.call_later(0.0001, self._send_next, place)

    def _fail(self, done: asyncio.Future[Any], error: Exception) -> None:
        self._unanswered.discard(done)
        if not done.done():
            done.set_exception(error)
            done.exception()  # an error that nobody asks for is no fault of theirs
