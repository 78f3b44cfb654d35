"""What ingest writes, in order and nothing after a failure: the journal, and dead letters."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Protocol

from aiokafka import TopicPartition

from online_models.journal.batch import Batch, BatchBuilder
from streams.configuration.agreement import encoded, of_ingest
from streams.configuration.settings import Settings
from streams.ingest.clock.broker_clock import BrokerClock
from streams.ingest.dead_letters import HEAD, LARGEST_WHOLE, describe, written
from streams.ingest.dead_letters import TOPIC as DEAD_LETTERS
from streams.ingest.flood import Flood
from streams.ingest.routing import pieces
from streams.journal import SETTINGS, codec
from streams.journal import TOPIC as JOURNAL
from streams.kafka.clients import LARGEST_REQUEST
from streams.kafka.kafka_record import DeadLetter
from streams.kafka.producer import Producer
from streams.kafka.surroundings import monotonic
from streams.metrics import instruments, stages

#: The type of a timestamp that the broker gave.
BROKERS_TIME = 1
#: Bytes of a journal record. Most have a few tens of thousands; only facts can be large.
LARGEST_BATCH = LARGEST_REQUEST // 2


class HandOn(Protocol):
    """Takes a record of the journal that this worker has written."""

    def __call__(self, partition: int, offset: int, value: bytes, timestamp: int, /) -> None:
        """`timestamp` is the record's own, ms."""


class Writer:
    """Hands records to `producer`; `hashed` hides whom dead letters name, and `clock` learns when
    the broker wrote the journal's. Each journal record with events notes the settings under which
    it is written.
    """

    def __init__(
        self,
        producer: Producer,
        flood: Flood,
        hashed: Callable[[str], str],
        clock: BrokerClock,
        settings: Settings,
    ) -> None:
        self._producer = producer
        self._headers = [(SETTINGS, encoded(of_ingest(settings)))]
        self._flood = flood
        self._hashed = hashed
        self._clock = clock
        #: Is given each record of the journal once it is written.
        self.hand_on: HandOn | None = None
        #: What is on its way.
        self.sent: list[asyncio.Future[Any]] = []
        #: An error of Kafka's after which nothing may be written.
        self.failed: BaseException | None = None
        self._failing: asyncio.Future[None] | None = None

    async def write(self, partition: int, batches: Iterable[Batch]) -> None:
        """Write batches to a partition of the journal."""
        for batch in batches:
            for value in pieces(batch, codec.encode, LARGEST_BATCH):
                await self._send(JOURNAL, value, partition=partition, headers=self._headers)

    async def bury(self, letters: Iterable[DeadLetter]) -> None:
        """Write down records that were refused."""
        now = monotonic()
        for letter in letters:
            record = letter.record
            instruments.DEAD_LETTERS.labels(record.topic).inc()
            size = len(record.key or b"") + len(record.value or b"")
            source = TopicPartition(record.topic, record.partition)
            whole = self._flood.refuse(source, size, describe(letter), now)
            key, value, headers = written(letter, self._hashed, LARGEST_WHOLE if whole else HEAD)
            await self._send(DEAD_LETTERS, value, key=key, headers=headers)

    async def ask_time(self) -> None:
        """Write a journal record without events, whose answer tells the broker's time."""
        await self._send(JOURNAL, codec.encode(BatchBuilder().batch()), partition=0)

    def require_sound(self) -> None:
        """Raise the error after which nothing may be written, if there was one."""
        if self.failed is not None:
            raise self.failed

    async def arrive(self, sent: Iterable[asyncio.Future[Any]]) -> None:
        """Wait until what was sent is written; raises the error after which nothing may be written.

        What was on its way when another record failed is never answered, so that error is waited
        for, too.
        """
        self.require_sound()
        written, self._failing = asyncio.gather(*sent), asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait((written, self._failing), return_when=asyncio.FIRST_COMPLETED)
            self.require_sound()
            written.result()
        finally:
            if not written.cancel() and not written.cancelled():
                written.exception()  # it is known as what failed

    async def _send(self, topic: str, value: bytes | None, **record: Any) -> None:
        self.require_sound()
        sent = await self._producer.send(topic, value, **record)
        sent.add_done_callback(self._check)
        if topic == JOURNAL:
            sent.add_done_callback(partial(self._written, value, monotonic()))
        self.sent.append(sent)

    def _check(self, sent: asyncio.Future[Any]) -> None:
        """After a record that was not written, no later one of its source may be: the fold would
        take the first for a repetition.
        """
        if not sent.cancelled() and (error := sent.exception()) is not None:
            self.failed = error
            self._producer._sender.sender_task.cancel()
            if self._failing is not None and not self._failing.done():
                self._failing.set_result(None)

    def _written(self, value: bytes | None, begun: float, sent: asyncio.Future[Any]) -> None:
        if sent.cancelled() or sent.exception() is not None:
            return
        stages.JOURNAL.observe(monotonic() - begun)
        written = sent.result()
        if written.timestamp_type == BROKERS_TIME:
            self._clock.appended(written.timestamp)
        if self.hand_on is not None and value is not None:
            self.hand_on(written.partition, written.offset, value, written.timestamp)
