"""A shop's traffic for benchmarks: orders, clicks, and competitor prices that lead to decisions."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from kafka.partitioner.default import murmur2

from schemas.topics import PARTITIONS, TOPICS

START = 1_700_000_000_000
#: A tenth of the events are competitor prices, the others orders and clicks in equal parts.
COMPETITORS, ORDERS = 0.10, 0.45
#: Topics of the traffic.
TRAFFIC = ("orders", "clickstream", "competitor-prices")
#: The traffic is years old: a retention would remove it as soon as it looks.
KEEP = {"retention.ms": "-1"}


class Event(NamedTuple):
    """One input record; `time` in ms."""

    topic: str
    sku: str
    value: bytes
    time: int


def sku(i: int) -> str:
    """The i-th SKU."""
    return f"sku-{i:05d}"


def products(offers: int) -> Iterator[Event]:
    """The catalogue."""
    for i in range(offers):
        value = (
            b'{"sku":"%b","name":"Item %d","currency":"USD","price":"%d.99","cost":"%d.00",'
            b'"category":"c%d"}' % (sku(i).encode(), i, 10 + i % 40, 5 + i % 20, i % 50)
        )
        yield Event("products", sku(i), value, START)


def events(number: int, offers: int, per_second: int, seed: int = 1) -> Iterator[Event]:
    """Traffic at `per_second` events of event time."""
    draw = random.Random(seed)
    for i in range(number):
        time = START + i * 1000 // per_second
        item = draw.randrange(offers)
        name = sku(item)
        kind = draw.random()
        if kind < COMPETITORS:
            cents = int((10 + item % 40) * 100 * draw.uniform(0.85, 1.15))
            value = (
                b'{"sku":"%b","competitor":"competitor-%d","price":"%d.%02d","currency":"USD","time":%d}'
                % (name.encode(), draw.randrange(3), cents // 100, cents % 100, time)
            )
            yield Event("competitor-prices", name, value, time)
        elif kind < COMPETITORS + ORDERS:
            value = (
                b'{"order_id":"o%09d","time":%d,"currency":"USD","customer_id":"c%06d","channel":'
                b'"web","lines":[{"sku":"%b","quantity":%d,"unit_price":"%d.99"}]}'
                % (
                    i,
                    time,
                    draw.randrange(50_000),
                    name.encode(),
                    1 + i % 3,
                    10 + item % 40,
                )
            )
            yield Event("orders", name, value, time)
        else:
            value = b'{"sku":"%b","action":"view","time":%d,"session_id":"s%07d"}' % (
                name.encode(),
                time,
                draw.randrange(200_000),
            )
            yield Event("clickstream", name, value, time)


@lru_cache(maxsize=1 << 16)
def partition(key: bytes, partitions: int = PARTITIONS) -> int:
    """Where Kafka's own producers put a key."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


async def create_topics(
    bootstrap: str, others: Iterable[str] = (), partitions: int = PARTITIONS
) -> None:
    """All topics of the registry, and others of the same width."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    fresh = [
        NewTopic(t.name, 1 if t.broadcast else partitions, 1, topic_configs=t.settings | KEEP)
        for t in TOPICS.values()
    ]
    fresh += [NewTopic(name, partitions, 1, topic_configs=KEEP) for name in others]
    await admin.create_topics(fresh)
    await admin.close()


async def fill(
    bootstrap: str,
    load: Iterable[Event],
    named: Callable[[str], str] = lambda topic: topic,
    partitions: int = PARTITIONS,
) -> int:
    """Write events as fast as the broker takes them, topics `named`; returns how many."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=20, max_batch_size=1 << 18)
    await producer.start()
    number = 0
    batches: dict[tuple[str, int], Any] = {}
    for event in load:
        number += 1
        key = event.sku.encode()
        where = named(event.topic), partition(key, partitions)
        batch = batches.get(where)
        if batch is None:
            batch = batches[where] = producer.create_batch()
        if batch.append(key=key, value=event.value, timestamp=event.time) is None:
            await producer.send_batch(batch, where[0], partition=where[1])
            batch = batches[where] = producer.create_batch()
            batch.append(key=key, value=event.value, timestamp=event.time)
    for (topic, at), batch in batches.items():
        await producer.send_batch(batch, topic, partition=at)
    await producer.stop()
    return number
