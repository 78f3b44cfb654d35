"""One transaction at a time for what all partitions of a worker lead to.

A transaction costs the broker much the same whether one partition or eight have something to say in
it. So each partition hands over what is to be written together, and while one transaction is on its
way, what comes is gathered for the next one.

Who may publish for a partition is fenced in two steps. The partition's own transactional id
(`streams.pricer.publisher`) belongs to whoever took it last: under it the session is written down
that publishes for the partition from then on. Whoever takes the partition next finds it there, and
fences it, too, before anything is read. A session has a transactional id that was never used
before: fenced once, it is fenced for good, and no other is hit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiokafka.errors import IllegalOperation, KafkaError
from aiokafka.producer import sender

from streams.configuration.settings import Settings
from streams.kafka.clients import BATCH, LARGEST_REQUEST, producer
from streams.kafka.closing import STOP_SECONDS, abandon, within
from streams.kafka.producer import Producer
from streams.kafka.surroundings import monotonic, surroundings
from streams.metrics import stages

#: An orphaned transaction blocks readers until it times out, where nobody takes over.
TRANSACTION_TIMEOUT_MS = 10_000
#: aiokafka sleeps this long after any retriable error, such as a transaction still closing.
RETRY_BACKOFF_MS = 10
#: A transaction right after another finds the first one's markers still being written; aiokafka
#: waits a hard-coded 20 ms then, although they take the broker a few.
sender.BACKOFF_OVERRIDE = 0.004


class OwnRecord(NamedTuple):
    """A record to a partition by its number."""

    topic: str
    partition: int
    key: bytes
    value: bytes


@dataclass
class Share:
    """What one partition of the journal has to say in a transaction."""

    batches: list[tuple[str, int, Any]] = field(default_factory=list)
    records: list[OwnRecord] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether it says anything."""
        return bool(self.batches or self.records)


class TransactionalWriter:
    """A producer that writes shares, each call in one transaction where `identity` is given, else
    at least once.
    """

    def __init__(self, settings: Settings, identity: str | None) -> None:
        self._transactional = identity is not None
        own = {"transactional_id": identity} if identity else {"enable_idempotence": True}
        self._producer: Producer = producer(
            settings,
            **own,
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            acks="all",
            linger_ms=0,
            max_batch_size=BATCH,
            max_request_size=LARGEST_REQUEST,
            retry_backoff_ms=RETRY_BACKOFF_MS,
        )
        self._sent: list[asyncio.Future[Any]] = []

    async def start(self) -> None:
        """Connect; from now on no other writer under this identity commits anything."""
        await self._producer.start()

    async def stop(self) -> None:
        """Close; an open transaction is aborted by the broker."""
        await within(self._producer.stop(), STOP_SECONDS)

    async def abandon(self) -> None:
        """Close so that nothing of what was sent and is not committed is written from now on."""
        for sent in self._sent:
            if not sent.done():
                sent.cancel()
            elif not sent.cancelled():
                sent.exception()  # it is known why it ends
        self._end_of_transaction()
        await abandon(self._producer)

    def create_batch(self) -> Any:
        """An empty batch of a share."""
        return self._producer.create_batch()

    async def write(self, shares: Iterable[Share]) -> None:
        """Write shares, all of them or none; KafkaError leaves open which."""
        with self._failing():
            if self._transactional:
                await self._producer.begin_transaction()
            for share in shares:
                for topic, partition, batch in share.batches:
                    sent = await self._producer.send_batch(batch, topic, partition=partition)
                    self._sent.append(sent)
                for topic, partition, key, value in share.records:
                    sent = await self._producer.send(topic, value, key=key, partition=partition)
                    self._sent.append(sent)
            await asyncio.gather(*self._sent)
            self._sent.clear()
            if self._transactional:
                await self._producer.commit_transaction()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Let a call fail with what ended the transaction: a producer that takes no more says no
        more than that it is asked at the wrong time.
        """
        try:
            yield
        except (AssertionError, IllegalOperation) as error:
            ended = self._end_of_transaction()
            raise ended or KafkaError(f"the producer takes no more: {error!r}") from error

    def _end_of_transaction(self) -> BaseException | None:
        """What ended the last transaction, where it failed."""
        transactions = getattr(self._producer, "_txn_manager", None)
        ended = None if transactions is None else transactions.wait_for_transaction_end()
        if ended is None or not ended.done() or ended.cancelled():
            return None
        failure: BaseException | None = ended.exception()
        return failure


class Session:
    """Publishes what a worker's partitions lead to, from its start to the first error: all begin
    anew then, since it is open what of a transaction was kept.
    """

    def __init__(self, settings: Settings) -> None:
        self._pace = settings.pace_seconds
        transactional = settings.delivery == "exactly-once"
        #: Its transactional id.
        self.identity = f"{settings.app}-worker-{surroundings().unique()}"
        self._writer = TransactionalWriter(settings, self.identity if transactional else None)
        self.create_batch = self._writer.create_batch
        self.failed: BaseException | None = None
        self._waiting: dict[asyncio.Future[None], Share] = {}
        self._under_way: dict[asyncio.Future[None], Share] = {}
        self._waiting_since = 0.0
        self._news = asyncio.Event()
        self._runner: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connect."""
        await self._writer.start()
        self._runner = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Close; nothing may be waiting."""
        await self._end()
        await (self._writer.stop() if self.failed is None else self._writer.abandon())

    async def abandon(self) -> None:
        """Close so that nothing more is written."""
        await self._end()
        await self._writer.abandon()

    async def _end(self) -> None:
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.wait([self._runner])

    async def publish(self, share: Share) -> None:
        """Write a share in the next transaction; returns once it is committed.

        Where this raises, nothing of it will be committed that is not by now: the session has
        failed, or it was cancelled before it left.
        """
        if self.failed is not None:
            raise self.failed
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if not self._waiting:
            self._waiting_since = monotonic()
        self._waiting[done] = share
        self._news.set()
        try:
            await done
        except asyncio.CancelledError:
            if self._waiting.pop(done, None) is None and self.failed is None:
                self._fail(KafkaError("a partition gave up while its outputs were on their way"))
            raise

    async def _run(self) -> None:
        begun = -self._pace
        try:
            while True:
                await self._news.wait()
                pause = begun + self._pace - monotonic()
                if pause > 0:
                    await asyncio.sleep(pause)
                begun = monotonic()
                self._news.clear()
                self._under_way, self._waiting = self._waiting, {}
                stages.GATHER.observe(monotonic() - self._waiting_since)
                await self._writer.write(self._under_way.values())
                stages.TRANSACTION.observe(monotonic() - begun)
                for done in self._under_way:
                    if not done.done():
                        done.set_result(None)
                self._under_way = {}
        except Exception as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self.failed = error
        for done in (*self._under_way, *self._waiting):
            if not done.done():
                done.set_exception(error)


class Sessions:
    """A worker's session, and a new one where the last has failed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session: Session | None = None
        self._starting = asyncio.Lock()

    async def current(self) -> Session:
        """The session to publish in; KafkaError."""
        async with self._starting:
            if self._session is not None and self._session.failed is not None:
                failed, self._session = self._session, None
                await failed.abandon()
            if self._session is None:
                session = Session(self._settings)
                try:
                    await session.start()
                except BaseException:
                    await session.abandon()
                    raise
                self._session = session
            return self._session

    async def stop(self) -> None:
        """End it; no partition may publish any more."""
        if self._session is not None:
            session, self._session = self._session, None
            await session.stop()


async def fence(settings: Settings, identity: str) -> None:
    """Let nothing that a session has not committed by now be committed."""
    writer = TransactionalWriter(settings, identity)
    try:
        await writer.start()
    finally:
        await writer.stop()
