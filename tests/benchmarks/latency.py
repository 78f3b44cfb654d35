"""Competitor's price in, price out: how long until a reader of committed records sees it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from schemas.topics import PARTITIONS
from tests.benchmarks.load import Event, partition

#: Share of the time that is left out at the beginning: a broker's Java code is slow at first, and
#: the peers' brokers have worked before.
WARM_UP = 0.3
COMPETITORS = "competitor-prices"
#: Between two events that are sent to see whether the workers are ready.
PROBE_SECONDS = 0.25


class NoPriceError(TimeoutError):
    """No price came out."""


@dataclass
class Latency:
    """Milliseconds over `prices` competitor prices of `sent`."""

    sent: int
    prices: int
    p50: float
    p99: float


class Stopwatch:
    """Sends at a pace, reads what comes out, and matches the two by the cause."""

    def __init__(
        self, bootstrap: str, into: dict[str, str], prices: str, partitions: int = PARTITIONS
    ) -> None:
        """`into`: where events of a topic go; `prices`: the topic of price records."""
        self._into, self._partitions = into, partitions
        self._sent: dict[tuple[int, int], float] = {}
        self._seen: dict[tuple[int, int], float] = {}
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap,
            isolation_level="read_committed",
            enable_auto_commit=False,
        )
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=0)
        self._prices = [TopicPartition(prices, p) for p in range(partitions)]

    async def measure(
        self, load: Iterable[Event], per_second: int, probes: Iterable[Event]
    ) -> Latency:
        """Send `probes` until a price comes out, then the load at its pace.

        The `time` of each event is made the present.
        """
        async with self._reading():
            await self._probe(probes)
            begun = time.monotonic()
            last = await self._send(load, per_second, begun)
            await asyncio.sleep(2)
        counted = begun + WARM_UP * (last - begun)
        chosen = {place: at for place, at in self._sent.items() if at >= counted}
        waits = [
            (self._seen[place] - at) * 1000 for place, at in chosen.items() if place in self._seen
        ]
        if not waits:
            raise NoPriceError("no price came out")
        p50, p99 = np.percentile(waits, [50, 99])
        return Latency(len(chosen), len(waits), float(p50), float(p99))

    async def first_price(self, probes: Iterable[Event]) -> float:
        """Send `probes` until a price comes out; the moment it was seen, monotonic clock."""
        async with self._reading():
            await self._probe(probes)
        if not self._seen:
            raise NoPriceError("no price came out")
        return min(self._seen.values())

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[None]:
        await asyncio.gather(self._consumer.start(), self._producer.start())
        self._consumer.assign(self._prices)
        await self._consumer.seek_to_end()
        reader = asyncio.create_task(self._read())
        try:
            yield
        finally:
            reader.cancel()
            await asyncio.gather(self._consumer.stop(), self._producer.stop())

    async def _probe(self, probes: Iterable[Event]) -> None:
        for probe in probes:
            await self._put(probe)
            await asyncio.sleep(PROBE_SECONDS)
            if self._seen:
                break

    async def _send(self, load: Iterable[Event], per_second: int, begun: float) -> float:
        now = begun
        for i, event in enumerate(load):
            now = time.monotonic()
            ahead = begun + i / per_second - now
            if ahead > 0.001:
                await asyncio.sleep(ahead)
                now = time.monotonic()
            await self._put(event)
        return now

    async def _put(self, event: Event) -> None:
        now, wall = time.monotonic(), time.time_ns() // 1_000_000
        value = event.value.replace(b'"time":%d' % event.time, b'"time":%d' % wall)
        key = event.sku.encode()
        at = partition(key, self._partitions)
        sent = await self._producer.send(
            self._into[event.topic], value, key=key, partition=at, timestamp_ms=wall
        )

        def acknowledged(done: asyncio.Future[Any]) -> None:
            self._sent[at, done.result().offset] = now

        if event.topic == COMPETITORS:
            sent.add_done_callback(acknowledged)

    async def _read(self) -> None:
        while True:
            fetched = await self._consumer.getmany(timeout_ms=50)
            now = time.monotonic()
            for records in fetched.values():
                for record in records:
                    cause = json.loads(record.value)["cause"]
                    if cause.get("topic", COMPETITORS) == COMPETITORS:
                        self._seen.setdefault((cause["partition"], cause["offset"]), now)
