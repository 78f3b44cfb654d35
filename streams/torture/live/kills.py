"""Real workers that are killed, paused and stopped, on brokers that go and come back."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from aiokafka.errors import KafkaTimeoutError
from aiokafka.structs import ConsumerRecord

from online_models.fold.fold import Fold
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.errors import ExitStatus
from streams.ingest.dead_letters import TOPIC as DEAD_LETTERS
from streams.journal import TOPIC as JOURNAL
from streams.journal import codec
from streams.kafka.broker.embedded import EmbeddedBroker
from streams.kafka.clients import producer
from streams.kafka.producer import Producer
from streams.torture import report
from streams.torture.comparison import OutputRecord, compare
from streams.torture.live.shop import LiveShop, live_shop, taken
from streams.torture.live.workers import Workers, workers

PARTITIONS, WORKERS, PRICERS = 4, 4, 2
#: Of the workers these are at work when all are killed at once: one may be paused.
MOST_WORKERS = WORKERS - 1
#: Records a second; seconds from one fault to the next, and between looks at who is at work.
RATE, PAUSE_SECONDS, LOOK_SECONDS = 100, (0.1, 2.5), 0.1
#: Seconds that a worker sleeps: less than its session, and more, so that it wakes as a zombie.
SLEEPS = (1.0, 9.0)
#: The topics of the records that are sent; records that are shown of many that are lost.
SENT, SHOWN = ("products", "orders", "clickstream", "competitor-prices"), 3
SKUS = tuple(f"sku-{i}" for i in range(40))
#: How often each fault is drawn, as against the others; the last one where brokers may go.
FAULTS = {"kill": 8, "host": 1, "pause": 1, "stop": 1, "broker": 1}
OUTPUTS = tuple(
    name
    for name, topic in TOPICS.items()
    if (topic.direction == "out" and name not in (DEAD_LETTERS, "model-updates"))
    or name == "category-evidence"
)


def kills(
    settings: Settings, seconds: float, seed: int, file: Path | None, broker: EmbeddedBroker | None
) -> int:
    """Disturb a shop for so many seconds; returns the exit status."""
    with live_shop(settings, PARTITIONS) as shop:
        found = asyncio.run(_run(shop, seconds, Random(seed), broker))
    found |= {"runs": 1, "seeds": [seed]}
    print(
        f"{found['faults']} in {found['seconds']} s; {found['records']} records, "
        f"{found['outputs']} outputs: {found['lost']} lost, {found['double']} double; "
        f"ends of workers by status: {found['ends']}, "
        f"killed while they priced: {found['killed_at_work']}"
    )
    for words in found["words"]:
        print(f"  {words}")
    report.write(file, "kills", found)
    return ExitStatus.FAILED if found["words"] else ExitStatus.DONE


async def _run(
    shop: LiveShop, seconds: float, draw: Random, broker: EmbeddedBroker | None
) -> dict[str, Any]:
    sender = producer(shop.settings, acks="all", enable_idempotence=True)
    await sender.start()
    try:
        with workers(shop.settings, WORKERS) as watched:
            begun = time.monotonic()
            for sku in SKUS:
                await _put(sender, "products", _product(sku), sku)
            sending = asyncio.create_task(_send(sender, Random(draw.random()), begun + seconds))
            faults = _Faults(watched, draw, broker)
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    while True:
                        await asyncio.sleep(draw.uniform(*PAUSE_SECONDS))
                        await faults.strike()
            await faults.over()
            records = await sending
            await shop.done()
            took = time.monotonic() - begun
            await asyncio.to_thread(watched.stop)
            ends = watched.ends
    finally:
        await sender.stop()
    # a tick may have reached the journal after its pricer had stopped
    with workers(shop.settings, PRICERS, "price") as last:
        await shop.priced()
        await asyncio.to_thread(last.stop)
    found = [_published(record) for record in await shop.read(OUTPUTS)]
    journal = await shop.read([JOURNAL])
    difference = compare(found, _expected(shop.settings, journal))
    unread = await shop.places(SENT) - taken(journal)
    words = [f"record not in the journal: {place}" for place in sorted(unread)[:SHOWN]]
    return {
        "seconds": round(took, 1),
        "faults": dict(sorted(faults.counts.items())),
        "killed_at_work": watched.killed_at_work,
        "ends": {str(status): times for status, times in sorted(ends.items())},
        "records": records + len(SKUS),
        "outputs": len(found),
        "lost": difference.lost + len(unread),
        "double": difference.double,
        "words": words + difference.words,
    }


class _Faults:
    """Faults that are drawn; one that lasts goes on beside the next ones, which meet it.

    They wait for workers that are at work: who is killed as it starts has nothing to lose.
    """

    def __init__(self, watched: Workers, draw: Random, broker: EmbeddedBroker | None) -> None:
        #: How often each was there.
        self.counts: Counter[str] = Counter()
        self._watched = watched
        self._draw = draw
        self._broker = broker
        self._kinds = [kind for kind in FAULTS if kind != "broker" or broker is not None]
        self._lasting: dict[str, asyncio.Task[None]] = {}

    async def strike(self) -> None:
        """Let the next one happen."""
        kinds = [kind for kind in self._kinds if not self._lasts(kind)]
        kind = self._draw.choices(kinds, [FAULTS[kind] for kind in kinds])[0]
        if kind == "broker":
            self._lasting[kind] = asyncio.create_task(self._restart())
        elif kind == "host":
            await self._at_work(MOST_WORKERS)
            for worker in range(WORKERS):
                self._watched.signal(worker, signal.SIGKILL)
        else:
            victim = (await self._at_work(1))[0]
            if kind == "pause":
                self._lasting[kind] = asyncio.create_task(self._pause(victim))
            else:
                self._watched.signal(victim, signal.SIGKILL if kind == "kill" else signal.SIGTERM)
        self.counts[kind] += 1

    async def _at_work(self, number: int) -> list[int]:
        """Who is at work once so many are, those first that run the longest."""
        while len(busy := self._watched.at_work()) < number:
            await asyncio.sleep(LOOK_SECONDS)
        return busy

    async def over(self) -> None:
        """Wait for those that last; BrokerError."""
        await asyncio.gather(*self._lasting.values())

    def _lasts(self, kind: str) -> bool:
        task = self._lasting.get(kind)
        if task is not None and task.done():
            del self._lasting[kind]
            task.result()
        return kind in self._lasting

    async def _restart(self) -> None:
        assert self._broker is not None, "it was drawn"
        node = self._draw.randint(1, self._broker.brokers)
        await asyncio.to_thread(self._broker.restart, node)

    async def _pause(self, victim: int) -> None:
        self._watched.signal(victim, signal.SIGSTOP)
        await asyncio.sleep(self._draw.choice(SLEEPS))
        self._watched.signal(victim, signal.SIGCONT)


async def _send(sender: Producer, draw: Random, until: float) -> int:
    """Send records at a pace; returns how many."""
    begun, sent = time.monotonic(), 0
    while time.monotonic() < until:
        sku, kind = draw.choice(SKUS), draw.random()
        if kind < 0.4:
            line = {"sku": sku, "quantity": draw.randint(1, 3), "unit_price": "10.00"}
            order = {"order_id": f"o{sent}", "currency": "USD", "lines": [line]}
            await _put(sender, "orders", order, sku)
        elif kind < 0.7:
            await _put(sender, "clickstream", {"sku": sku, "action": "view"}, sku)
        else:
            price = f"{draw.randint(700, 1300) / 100:.2f}"
            competitor = {"sku": sku, "competitor": "rival", "currency": "USD", "price": price}
            await _put(sender, "competitor-prices", competitor, sku)
        sent += 1
        await asyncio.sleep(max(0.0, begun + sent / RATE - time.monotonic()))
    await sender.flush()
    return sent


async def _put(sender: Producer, topic: str, value: dict[str, Any], key: str) -> None:
    """Send a record, however long no broker takes any."""
    while True:
        with suppress(KafkaTimeoutError):  # it was not taken, for want of room
            await sender.send(topic, json.dumps(value).encode(), key=key.encode())
            return


def _product(sku: str) -> dict[str, Any]:
    fields = {"name": sku, "category": f"c{SKUS.index(sku) % 3}", "currency": "USD"}
    return {"sku": sku, "price": "10.00", "cost": "5.00"} | fields


def _published(record: Any) -> OutputRecord:
    return OutputRecord(record.topic, record.key, record.value, record.timestamp)


def _expected(settings: Settings, journal: Iterable[ConsumerRecord]) -> list[OutputRecord]:
    """What the journal leads to, folded here from its beginning."""
    folds = [Fold(settings.fold.of_partition(i)) for i in range(settings.partitions)]
    return [
        OutputRecord(*output)
        for record in journal
        for output in folds[record.partition].step(codec.decode(record.value, record.timestamp))
    ]
