"""Whether a transaction hangs: whoever reads committed records waits for an end that never comes.

Kafka ends every transaction after its time-out, and says so in a mark in each partition that the
transaction wrote to. A partition that has missed the mark is read up to there, and no further:
consumers get no prices from it, recovery and the console wait, all of them in silence.
"""

from __future__ import annotations

import logging
import time

from aiokafka import TopicPartition
from mode import Service

from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.kafka.clients import consumer, names
from streams.kafka.consumer import Consumer
from streams.kafka.errors import UNANSWERED
from streams.metrics.instruments import HANGING

logger = logging.getLogger(__name__)

#: Seconds from one look to the next, and until an open transaction counts as hanging: longer than
#: brokers grant one unless told otherwise, and several times what a worker's own are granted.
PAUSE_SECONDS, HANGING_SECONDS = 30.0, 90.0
#: Until it is said again.
SAY_SECONDS = 3600.0


class HangingTransactions(Service):  # type: ignore[misc]
    """Says which partitions of our topics have a transaction that hangs, and how it is ended."""

    def __init__(self, settings: Settings, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._settings = settings
        self._readers: list[Consumer] = []
        self._watch = OpenSince()
        self._said: dict[tuple[TopicPartition, int], float] = {}

    @Service.task  # type: ignore[untyped-decorator]
    async def _run(self) -> None:
        try:
            while not self.should_stop:
                await self.sleep(PAUSE_SECONDS)
                try:
                    ends, stable = await self._look()
                except UNANSWERED:
                    await self._disconnect()
                    continue  # who reads and writes notices whether Kafka is away
                now = time.monotonic()
                hanging = self._watch.hanging(ends, stable, now)
                HANGING.set(len(hanging))
                for place, offset in hanging.items():
                    self._say(place, offset, now)
        finally:
            await self._disconnect()

    async def _look(self) -> tuple[dict[TopicPartition, int], dict[TopicPartition, int]]:
        """The ends of all partitions, and up to where their transactions have ended: the latter
        first, so that what is written meanwhile does not look open.
        """
        for isolation in ("read_committed", "read_uncommitted")[len(self._readers) :]:
            reader = consumer(self._settings, group_id=None, isolation_level=isolation)
            self._readers.append(reader)
            await reader.start()
        committed, everything = self._readers
        places = await self._places(committed)
        stable = await committed.end_offsets(places)
        return await everything.end_offsets(places), stable

    async def _disconnect(self) -> None:
        readers, self._readers = self._readers, []
        for reader in readers:
            await reader.stop()

    async def _places(self, reader: Consumer) -> list[TopicPartition]:
        cluster = await reader._client.fetch_all_metadata()  # aiokafka has no public way
        outer = names(self._settings).outer
        return [
            TopicPartition(topic, partition)
            for topic in TOPICS
            for partition in cluster.partitions_for_topic(outer(topic)) or ()
        ]

    def _say(self, place: TopicPartition, offset: int, now: float) -> None:
        last = self._said.get((place, offset))
        if last is not None and now - last < SAY_SECONDS:
            return
        self._said[place, offset] = now
        logger.error(
            "%s, partition %d: a transaction that began at offset %d has not ended: whoever reads"
            " committed records waits there, and gets nothing that comes after it."
            " `pricetide topics --end-hanging` ends what will not end by itself",
            names(self._settings).outer(place.topic),
            place.partition,
            offset,
        )


class OpenSince:
    """Since when the first open transaction of each partition has been open.

    Offsets are of the first record that is not stable; times are seconds.

    >>> place, watch = TopicPartition("orders", 0), OpenSince()
    >>> watch.hanging({place: 9}, {place: 5}, now=0.0)
    {}
    >>> watch.hanging({place: 12}, {place: 5}, now=HANGING_SECONDS)
    {TopicPartition(topic='orders', partition=0): 5}
    >>> watch.hanging({place: 12}, {place: 8}, now=HANGING_SECONDS)
    {}
    """

    def __init__(self) -> None:
        self._since: dict[TopicPartition, tuple[int, float]] = {}

    def hanging(
        self, ends: dict[TopicPartition, int], stable: dict[TopicPartition, int], now: float
    ) -> dict[TopicPartition, int]:
        """The partitions whose first open transaction has been the same for too long."""
        opened = {place: at for place, at in stable.items() if at < ends[place]}
        self._since = {
            place: known if (known := self._since.get(place)) and known[0] == at else (at, now)
            for place, at in opened.items()
        }
        return {
            place: at
            for place, (at, since) in self._since.items()
            if now - since >= HANGING_SECONDS
        }
