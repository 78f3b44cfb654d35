"""Every product's currency, in every worker: orders of any SKU may come in here."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from schemas.records.record import RecordError
from schemas.topics import decode
from streams.configuration.settings import Settings
from streams.ingest.currencies import Currencies
from streams.ingest.parsed import hand_on_parsed
from streams.kafka.app import die
from streams.kafka.clients import consumer, names
from streams.kafka.kafka_record import LARGEST_VALUE

logger = logging.getLogger(__name__)

TOPIC = "products"
RETRY_SECONDS = 1.0


class CurrencyFeed:
    """Follows the whole of `products`, outside any group; a SKU's first currency is its own."""

    def __init__(self, settings: Settings, currencies: Currencies) -> None:
        self._settings = settings
        self._currencies = currencies
        self._follower: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Read `products` up to its present end, and go on following it."""
        self._consumer = consumer(
            self._settings,
            group_id=None,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
        )
        try:
            await self._consumer.start()
            hand_on_parsed(self._consumer)
            await self._catch_up()
        except BaseException:
            await self._consumer.stop()
            raise
        self._follower = asyncio.create_task(self._follow())

    async def _catch_up(self) -> None:
        partitions = await self._partitions()
        self._consumer.assign(partitions)
        ends = await self._consumer.end_offsets(partitions)
        await self._consumer.seek_to_beginning()
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
                except KafkaError as error:
                    logger.warning("following products: %r", error)
                    await asyncio.sleep(RETRY_SECONDS)
        except Exception as error:
            die("following products failed", error)

    async def _read(self, timeout_ms: int) -> None:
        fetched: dict[Any, Any] = await self._consumer.getmany(timeout_ms=timeout_ms)
        for records in fetched.values():
            for record in records:
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
        self._currencies.of_sku.setdefault(product.sku, product.currency)

    async def read_anew(self) -> None:
        """The topic is another under the same name: read it from its beginning."""
        await self._consumer.seek_to_beginning()

    async def stop(self) -> None:
        """Stop following."""
        if self._follower is not None:
            self._follower.cancel()
        await self._consumer.stop()
