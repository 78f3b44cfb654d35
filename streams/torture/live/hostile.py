"""Hostile records to real workers, with good offers priced beside them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from aiokafka import TopicPartition
from kafka.partitioner.default import murmur2

from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.errors import ExitStatus
from streams.ingest.dead_letters import TOPIC as DEAD_LETTERS
from streams.journal import TOPIC as JOURNAL
from streams.kafka.clients import LARGEST_REQUEST, consumer, producer
from streams.kafka.producer import Producer
from streams.torture import report
from streams.torture.hostile.records import CODECS, NAMES, Hostile, at, records
from streams.torture.live.shop import LiveShop, Place, live_shop, taken
from streams.torture.live.workers import workers

#: Records a second, and of a burst.
RATE, BURST = 1000, 100
PARTITIONS, WORKERS = 4, 2
#: Good offers, of which one gets a competitor's new price every so many seconds.
GOOD = tuple(f"good-{i}" for i in range(8))
PACE_SECONDS = 0.5
#: What is counted of good prices: those within so many seconds, and not within the bar before.
BARS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 600.0)
#: Records that are shown where some are not accounted for.
SHOWN = 20

#: Bytes of a value: Kafka refuses a longer one by itself.
MOST_BYTES = 900_000


def hostile(settings: Settings, number: int, seed: int, file: Path | None) -> int:
    """Send so many records; returns the exit status."""
    with live_shop(settings, PARTITIONS) as shop, workers(shop.settings, WORKERS) as watched:
        found = asyncio.run(_run(shop, number, seed))
        found["ended"] = {str(status): times for status, times in watched.ends.items()}
        if watched.ends:
            print(watched.log())
    bad = bool(found["ended"] or found["bytes_unaccounted"] or found["good_unpriced"])
    print(
        f"{found['records']} records in {found['seconds']} s; "
        f"workers ended: {found['ended'] or 0}; dead letters {found['buried']}, "
        f"taken {found['taken']}, bytes unaccounted for: {found['bytes_unaccounted']}; "
        f"good prices {found['good_priced']}, "
        f"by seconds {found['good_within']}, missing {found['good_unpriced']}"
    )
    report.write(file, "hostile", found)
    return ExitStatus.FAILED if bad else ExitStatus.DONE


async def _run(shop: LiveShop, number: int, seed: int) -> dict[str, Any]:
    senders = {name: _sender(shop.settings, name) for name in CODECS}
    for sender in senders.values():
        await sender.start()
    good = _GoodOffers(shop, senders[None])
    try:
        await good.start()
        begun = time.monotonic()
        places = await _send(senders, number, seed)
        good.hush()
        await shop.done()
        took = time.monotonic() - begun
        await shop.priced()
        waits, missing = await good.stop()
    finally:
        await good.close()
        for sender in senders.values():
            await sender.stop()
    buried = await _buried(shop)
    journal = taken(await shop.read([JOURNAL]))
    left = places.keys() - buried - journal
    for topic, partition, offset in sorted(left)[:SHOWN]:
        print(f"not accounted for: {topic}-{partition} offset {offset}")
    waits.sort()
    return {
        "runs": 1,
        "seeds": [seed],
        "records": number,
        "seconds": round(took, 1),
        "buried": len(buried & places.keys()),
        "taken": len(journal & places.keys()),
        "bytes_unaccounted": sum(places[place] for place in left),
        "records_unaccounted": len(left),
        "good_priced": len(waits),
        "good_unpriced": missing,
        "good_within": {
            str(bar): sum(low < wait <= bar for wait in waits)
            for low, bar in pairwise((0.0, *BARS))
        },
    }


def _sender(settings: Settings, name: str | None) -> Producer:
    return producer(settings, compression_type=name, max_request_size=LARGEST_REQUEST, linger_ms=5)


async def _send(senders: dict[str | None, Producer], number: int, seed: int) -> dict[Place, int]:
    """Send records at a pace; returns where they lie, and how large they are."""
    places: dict[Place, int] = {}
    source, begun, sent = records(seed), time.monotonic(), 0
    while sent < number:
        burst = list(islice(source, min(BURST, number - sent)))
        futures = [await _put(senders[record.codec], record) for record in burst]
        for record, lies in zip(burst, await asyncio.gather(*futures), strict=True):
            size = len(record.value or b"") + len(record.key or b"")
            places[TOPICS[record.topic].name, lies.partition, lies.offset] = size
        sent += len(burst)
        await asyncio.sleep(max(0.0, begun + sent / RATE - time.monotonic()))
    return places


async def _put(sender: Producer, record: Hostile) -> asyncio.Future[Any]:
    if record.value is not None:
        record = record._replace(value=record.value[:MOST_BYTES])
    number = 1 if TOPICS[record.topic].broadcast else PARTITIONS
    return await sender.send(
        record.topic,
        record.value,
        # Kafka's client refuses a record of nothing at all
        key=b"" if record.key is None and record.value is None else record.key,
        partition=murmur2(record.key or record.value or b"") % number,
        timestamp_ms=at(record, int(time.time() * 1000)),
        headers=list(record.headers),
    )


async def _buried(shop: LiveShop) -> set[Place]:
    found = set()
    for letter in await shop.read([DEAD_LETTERS]):
        headers = dict(letter.headers)
        topic = headers["source-topic"].decode()
        place = int(headers["source-partition"]), int(headers["source-offset"])
        found.add((topic.removeprefix(shop.settings.topic_prefix), *place))
    return found


class _GoodOffers:
    """Offers that follow a competitor; each of his prices must become theirs."""

    def __init__(self, shop: LiveShop, sender: Producer) -> None:
        self._shop = shop
        self._sender = sender
        self._changes = consumer(
            shop.settings, group_id=None, isolation_level="read_committed", fetch_max_wait_ms=20
        )
        #: SKU and price that is waited for → since when.
        self._waiting: dict[tuple[str, str], float] = {}
        self._waits: list[float] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """List them, and wait until they are priced."""
        await self._changes.start()
        number = self._shop.settings.partitions
        places = [TopicPartition("price-changes", partition) for partition in range(number)]
        self._changes.assign(places)
        await self._changes.seek_to_beginning()
        policy = {"policy_id": "good", "priority": 9, "select": {"categories": ["good"]}}
        strategy = {"strategy": [{"kind": "match_competitor", "max_age": "PT1H"}, {"kind": "keep"}]}
        await self._put("pricing-policies", policy | strategy, "good")
        for sku in GOOD:
            fields = {"name": sku, "currency": "USD", "price": "10.00", "cost": "1.00"}
            await self._put("products", {"sku": sku, "category": "good"} | fields, sku)
        self._tasks = [asyncio.create_task(self._listen())]
        await self._shop.done()
        await self._competitor(0)
        async with asyncio.timeout(60):
            while self._waiting:
                await asyncio.sleep(0.1)
        self._waits.clear()
        self._tasks.append(asyncio.create_task(self._speak()))

    def hush(self) -> None:
        """Let the competitor say no more."""
        self._tasks.pop().cancel()

    async def stop(self) -> tuple[list[float], int]:
        """Seconds that each price took, and how many have not come."""
        deadline = time.monotonic() + 30
        while self._waiting and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        return self._waits, len(self._waiting)

    async def close(self) -> None:
        """Listen no more."""
        for task in self._tasks:
            task.cancel()
        await self._changes.stop()

    async def _speak(self) -> None:
        turn = 0
        while True:
            await asyncio.sleep(PACE_SECONDS)
            turn += 1
            await self._competitor(turn)

    async def _competitor(self, turn: int) -> None:
        sku = GOOD[turn % len(GOOD)]
        price = f"{8 + turn % 300 / 100:.2f}"
        value = {"sku": sku, "competitor": "rival", "currency": "USD", "price": price}
        self._waiting[sku, price] = time.monotonic()
        await self._put("competitor-prices", value, sku)

    async def _put(self, topic: str, value: dict[str, Any], key: str) -> None:
        raw = json.dumps(value).encode()
        number = 1 if TOPICS[topic].broadcast else PARTITIONS
        partition = murmur2(key.encode()) % number
        await self._sender.send_and_wait(topic, raw, key=key.encode(), partition=partition)

    async def _listen(self) -> None:
        while True:
            for changes in (await self._changes.getmany(timeout_ms=100)).values():
                self._heard(json.loads(change.value) for change in changes)

    def _heard(self, changes: Iterable[dict[str, Any]]) -> None:
        now = time.monotonic()
        for change in changes:
            since = self._waiting.pop((change["sku"], change["price"]), None)
            if since is not None:
                self._waits.append(now - since)


assert not set(GOOD) & set(NAMES), "hostile records are about other offers"
