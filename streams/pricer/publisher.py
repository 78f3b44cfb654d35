"""Outputs to Kafka: in transactions with the position in the journal, or at least once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import IllegalOperation, KafkaError
from aiokafka.producer import sender

from online_models.journal.outputs import Output
from schemas.records.quarantined import Quarantined
from streams.configuration.agreement import encoded, of_pricer
from streams.configuration.settings import Settings
from streams.formats.outgoing import OutputFormats
from streams.ingest.routing import Router
from streams.journal import TOPIC as JOURNAL
from streams.kafka.clients import BATCH, LARGEST_REQUEST, producer
from streams.kafka.closing import STOP_SECONDS, abandon, within
from streams.pricer.snapshots import store
from streams.quarantine import entries as quarantine

#: An orphaned transaction blocks readers until it times out, where nobody takes over.
TRANSACTION_TIMEOUT_MS = 10_000
#: aiokafka sleeps this long after any retriable error, such as a transaction still closing.
RETRY_BACKOFF_MS = 10
#: A transaction right after another finds the first one's markers still being written; aiokafka
#: waits a hard-coded 20 ms then, although they take the broker a few.
sender.BACKOFF_OVERRIDE = 0.004


class Publisher:
    """Publishes what one journal partition leads to.

    `start` fences whoever published for the partition before: no output of theirs can be committed
    from then on, so that what is committed can be read and relied on.
    """

    def __init__(self, settings: Settings, partition: int, router: Router) -> None:
        self._claim = {
            store.APP: settings.app.encode(),
            store.SETTINGS: encoded(of_pricer(settings)),
        }
        self._journal = TopicPartition(JOURNAL, partition)
        self._router = router
        self._outgoing = OutputFormats(settings)
        self._exactly_once = settings.delivery == "exactly-once"
        identity = {"transactional_id": f"{settings.app}-{partition}"}
        self._producer = producer(
            settings,
            **(identity if self._exactly_once else {"enable_idempotence": True}),
            transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
            acks="all",
            linger_ms=0,
            max_batch_size=BATCH,
            max_request_size=LARGEST_REQUEST,
            retry_backoff_ms=RETRY_BACKOFF_MS,
        )
        self._sent: list[asyncio.Future[Any]] = []
        self._position: int | None = None
        self.open = False

    async def start(self) -> None:
        """Connect, and fence."""
        await self._outgoing.register()
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
        await abandon(self._producer)

    async def begin(self) -> None:
        """Open a transaction where none is open."""
        if not self.open:
            if self._exactly_once:
                with self._failing():
                    await self._producer.begin_transaction()
            self.open = True

    async def send(self, outputs: Iterable[Output], position: int) -> None:
        """Hand outputs to the producer, in order: what the journal leads to up to `position`.

        The position goes with them at once: the producer asks the broker to add partitions to the
        transaction, and writes to them, as soon as it has something for them.
        """
        if self._exactly_once:
            await self._send_position(position)
        batches: dict[tuple[str, int], Any] = {}
        for topic, key, value, time in outputs:
            where = (topic, 0 if key is None else self._router.partition(key.decode()))
            batch = batches.get(where)
            if batch is None:
                batch = batches[where] = self._producer.create_batch()
            written = self._outgoing.write(topic, key, value, time)
            record = {"key": key, "value": written.value, "headers": list(written.headers)}
            if batch.append(**record, timestamp=time) is None:
                await self._send_batch(batch, where)
                batch = batches[where] = self._producer.create_batch()
                batch.append(**record, timestamp=time)
        for where, batch in batches.items():
            await self._send_batch(batch, where)

    async def _send_batch(self, batch: Any, where: tuple[str, int]) -> None:
        topic, partition = where
        with self._failing():
            self._sent.append(await self._producer.send_batch(batch, topic, partition=partition))

    async def send_quarantined(self, entries: Iterable[Quarantined]) -> None:
        """Hand entries of the quarantine to the producer, in the transaction with what the events
        beside them lead to: whoever takes over finds both, or neither.
        """
        for entry in entries:
            key, value = quarantine.key(entry), quarantine.encoded(entry)
            await self._send(quarantine.TOPIC, key, value)

    async def send_snapshot(self, parts: Iterable[bytes]) -> None:
        """Hand the parts of a snapshot to the producer.

        What the snapshot reflects is out before it: recovery relies on that.
        """
        if not self._exactly_once:
            await asyncio.gather(*self._sent)
        for i, part in enumerate(parts):
            await self._send_own(store.key(i), part)
        await self._send_claim()
        self._position = None  # it is looked for near the newest snapshot

    async def claim(self, position: int) -> None:
        """Write down which app prices this partition of the journal, done up to `position`, and
        under which settings.
        """
        await self.begin()
        await self._send_claim()
        await self.commit(position)

    async def commit(self, position: int) -> None:
        """Everything sent so far is out, and the journal is done up to `position` (exclusive)."""
        if self._exactly_once:
            if position != self._position:
                await self._send_position(position)
            with self._failing():
                await self._producer.commit_transaction()
        await asyncio.gather(*self._sent)
        self._sent.clear()
        self.open = False

    async def _send_claim(self) -> None:
        for key, value in self._claim.items():
            await self._send_own(key, value)

    async def _send_position(self, position: int) -> None:
        await self._send_own(store.POSITION, b"%d" % position)
        self._position = position

    async def _send_own(self, key: bytes, value: bytes) -> None:
        await self._send(store.TOPIC, key, value)

    async def _send(self, topic: str, key: bytes, value: bytes) -> None:
        partition = self._journal.partition
        with self._failing():
            sent = await self._producer.send(topic, value, key=key, partition=partition)
        self._sent.append(sent)

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Let a call fail with what ended the transaction: a producer that takes no more says no
        more than that it is asked at the wrong time.
        """
        try:
            yield
        except (AssertionError, IllegalOperation) as error:
            ended = self._producer._txn_manager.wait_for_transaction_end()
            cause = ended.exception() if ended is not None and ended.done() else None
            raise cause or KafkaError(f"the producer takes no more: {error!r}") from error
