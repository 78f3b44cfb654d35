"""Every product's currency, in every worker: orders of any SKU may come in here."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiokafka import TopicPartition

from schemas.records.record import RecordError
from schemas.topics import decode
from streams.configuration.settings import Settings
from streams.formats.intake import InputFormats
from streams.ingest.currency.copy import CurrencyCopy
from streams.ingest.currency.currencies import Currencies
from streams.ingest.parsed import hand_on_parsed
from streams.kafka.app import die
from streams.kafka.clients import consumer, names
from streams.kafka.errors import UNANSWERED
from streams.kafka.kafka_record import LARGEST_VALUE
from streams.kafka.surroundings import monotonic

logger = logging.getLogger(__name__)

TOPIC = "products"
RETRY_SECONDS = 1.0
#: New currencies, and seconds, after which what has been read is kept.
KEEP_AFTER, KEEP_SECONDS = 1000, 30.0


class CurrencyFeed:
    """Follows the whole of `products`, outside any group; a SKU's first currency is its own.

    `products` keeps whatever was written to it, so what it says of currencies is kept beside it.
    """

    def __init__(self, settings: Settings, currencies: Currencies, intake: InputFormats) -> None:
        self._settings = settings
        self._currencies = currencies
        self._intake = intake
        self._copy = CurrencyCopy(settings)
        self._kept: set[str] = set()
        self._fresh: list[tuple[str, str]] = []
        self._follower: asyncio.Task[None] | None = None

    async def start(self, topic_id: str) -> None:
        """Read `products`, whose id is given, up to its present end, and go on following it."""
        self._topic_id = topic_id
        self._consumer = consumer(
            self._settings,
            group_id=None,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        try:
            await self._consumer.start()
            hand_on_parsed(self._consumer)
            await self._copy.start()
            await self._catch_up()
            await self._keep()
        except BaseException:
            await self._consumer.stop()
            await self._copy.stop()
            raise
        self._follower = asyncio.create_task(self._follow())

    async def _catch_up(self) -> None:
        partitions = await self._partitions()
        self._consumer.assign(partitions)
        ends = await self._consumer.end_offsets(partitions)
        await self._consumer.seek_to_beginning()
        kept = await self._copy.read()
        self._kept = set(kept.of_sku)
        for sku, currency in kept.of_sku.items():
            self._currencies.of_sku.setdefault(sku, currency)
        for tp in partitions:
            topic_id, offset = kept.read.get(tp.partition, ("", 0))
            # a mark of another topic under the same name means nothing
            if topic_id == self._topic_id and 0 < offset <= ends[tp]:
                self._consumer.seek(tp, offset)
        while any([await self._consumer.position(tp) < end for tp, end in ends.items()]):
            await self._read(timeout_ms=100)

    async def _partitions(self) -> list[TopicPartition]:
        cluster = await self._consumer._client.fetch_all_metadata()
        numbers = cluster.partitions_for_topic(names(self._settings).outer(TOPIC)) or ()
        return [TopicPartition(TOPIC, number) for number in sorted(numbers)]

    async def _follow(self) -> None:
        try:
            while True:
                try:
                    await self._read(timeout_ms=1000)
                    if len(self._fresh) >= KEEP_AFTER or monotonic() > self._keep_at:
                        await self._keep()
                except UNANSWERED as error:
                    logger.warning("following products: %r", error)
                    await asyncio.sleep(RETRY_SECONDS)
        except Exception as error:
            die("following products failed", error)

    async def _read(self, timeout_ms: int) -> None:
        fetched: dict[Any, Any] = await self._consumer.getmany(timeout_ms=timeout_ms)
        await self._intake.prepare(fetched.values())
        for records in fetched.values():
            for record in self._intake.convert(TOPIC, records):
                if getattr(record, "error", None) is None:
                    self.learn(record.value)

    def learn(self, value: bytes | None) -> None:
        """Take down a product's currency; what is no product teaches none."""
        if value is None or len(value) > LARGEST_VALUE:
            return
        try:
            product = decode(TOPIC, value)
        except RecordError:
            return  # whoever ingests it buries it, with the reason
        own = self._currencies.of_sku.setdefault(product.sku, product.currency)
        if product.sku not in self._kept:
            self._kept.add(product.sku)
            self._fresh.append((product.sku, own))

    async def _keep(self) -> None:
        """Write down what is new, if anything is."""
        self._keep_at = monotonic() + KEEP_SECONDS
        fresh, self._fresh = self._fresh, []
        if not fresh:
            return
        read = {}
        for tp in self._consumer.assignment():
            read[tp.partition] = (self._topic_id, await self._consumer.position(tp))
        try:
            await self._copy.write(fresh, read)
        except UNANSWERED:
            self._fresh = fresh + self._fresh
            raise

    async def read_anew(self, topic_id: str) -> None:
        """The topic is another under the same name: read it from its beginning."""
        self._topic_id = topic_id
        await self._consumer.seek_to_beginning()

    async def stop(self) -> None:
        """Stop following."""
        if self._follower is not None:
            self._follower.cancel()
        await self._consumer.stop()
        await self._copy.stop()
