"""How far prices are published, and since when: the positions that a worker commits with them."""

from __future__ import annotations

import asyncio
import time

from aiokafka import AIOKafkaConsumer, TopicPartition

from online_models.journal.batch import Kind
from schemas.topics import PARTITIONS
from streams.journal import TOPIC as JOURNAL
from streams.journal import codec
from streams.pricer.snapshots.store import POSITION
from streams.pricer.snapshots.store import TOPIC as POSITIONS

#: Records of a journal's partition that are looked through from its end.
LOOK = 64


class Published:
    """Follows the positions as a reader of committed records sees them.

    The consumer group's offset would say the same up to a second later.
    """

    def __init__(self, bootstrap: str) -> None:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
            fetch_max_wait_ms=20,
        )
        self._seen: list[list[tuple[int, float]]] = [[] for _ in range(PARTITIONS)]

    async def __aenter__(self) -> Published:
        await self._consumer.start()
        partitions = [TopicPartition(POSITIONS, p) for p in range(PARTITIONS)]
        self._consumer.assign(partitions)
        await self._consumer.seek_to_end(*partitions)
        self._reading = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._reading.cancel()
        await self._consumer.stop()

    def since(self, ends: list[int]) -> float | None:
        """The moment (monotonic clock) since when all that lies before `ends`, the journal offset
        of each partition, is published; None where it is not.
        """
        moments = [0.0]
        for end, seen in zip(ends, self._seen, strict=True):
            reached = [at for position, at in seen if position >= end]
            if end and not reached:
                return None
            moments += reached[:1]
        return max(moments)

    async def _read(self) -> None:
        while True:
            fetched = await self._consumer.getmany(timeout_ms=50)
            now = time.monotonic()
            for tp, records in fetched.items():
                places = [int(r.value) for r in records if r.key == POSITION]
                self._seen[tp.partition] += [(place, now) for place in places]


async def last_causes(bootstrap: str) -> list[int]:
    """For each partition of the journal, the offset behind the last event that leads to a price:
    what comes after it leads to nothing, and so to no position either.
    """
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        journal = [TopicPartition(JOURNAL, p) for p in range(PARTITIONS)]
        ends = await consumer.end_offsets(journal)
        behind = dict.fromkeys(journal, 0)
        consumer.assign(journal)
        for tp in journal:
            consumer.seek(tp, max(0, ends[tp] - LOOK))
        for tp in journal:
            while await consumer.position(tp) < ends[tp]:
                for record in (await consumer.getmany(tp, timeout_ms=500)).get(tp, ()):
                    if (codec.decode(record.value).kind == Kind.COMPETITOR_PRICE).any():
                        behind[tp] = record.offset + 1
        return list(behind.values())
    finally:
        await consumer.stop()
