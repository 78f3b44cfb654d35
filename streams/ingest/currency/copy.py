"""`product-currencies`: which currency each product has, kept so that a worker that starts need not
read all that was ever written to `products`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from aiokafka import TopicPartition

from streams.configuration.settings import Settings
from streams.ingest.parsed import hand_on_parsed
from streams.kafka.clients import consumer, producer
from streams.kafka.producer import Producer

TOPIC = "product-currencies"
#: Keys: of a product, and of a mark that says how far a partition of `products` is part of this.
_SKU, _READ = b"sku ", b"read "
WAIT_MS = 100


class KeptCurrencies(NamedTuple):
    """What is kept: currencies by SKU, and of partitions of `products` the topic's id and the
    offset (exclusive) up to which their products are among these.
    """

    of_sku: dict[str, str]
    read: dict[int, tuple[str, int]]


class CurrencyCopy:
    """Any worker may write: what two of them write is the same, and a mark that goes back only has
    more read again.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: Producer | None = None

    async def read(self) -> KeptCurrencies:
        """All that is kept now."""
        kept = KeptCurrencies({}, {})
        place = TopicPartition(TOPIC, 0)
        reader = consumer(self._settings, group_id=None, auto_offset_reset="earliest")
        try:
            await reader.start()
            hand_on_parsed(reader)
            reader.assign([place])
            end = (await reader.end_offsets([place]))[place]
            await reader.seek_to_beginning()
            while await reader.position(place) < end:
                for records in (await reader.getmany(timeout_ms=WAIT_MS)).values():
                    for record in records:
                        _take(kept, record.key or b"", record.value or b"")
        finally:
            await reader.stop()
        return kept

    async def start(self) -> None:
        """Connect, to write."""
        self._producer = producer(self._settings, enable_idempotence=True)
        await self._producer.start()

    async def write(
        self, fresh: Iterable[tuple[str, str]], read: Mapping[int, tuple[str, int]]
    ) -> None:
        """Keep more currencies, and then how far `products` has been read for them; KafkaError."""
        assert self._producer is not None, "it has been started"
        sent = [
            await self._producer.send(TOPIC, currency.encode(), key=_SKU + sku.encode())
            for sku, currency in fresh
        ]
        for future in sent:
            await future
        for partition, (topic_id, offset) in read.items():
            value = f"{topic_id} {offset}".encode()
            await self._producer.send(TOPIC, value, key=_READ + b"%d" % partition)

    async def stop(self) -> None:
        """Write no more."""
        if self._producer is not None:
            await self._producer.stop()


def _take(kept: KeptCurrencies, key: bytes, value: bytes) -> None:
    if key.startswith(_SKU):
        kept.of_sku.setdefault(key[len(_SKU) :].decode(), value.decode())
    elif key.startswith(_READ):
        topic_id, _, offset = value.decode().rpartition(" ")
        kept.read[int(key[len(_READ) :])] = (topic_id, int(offset))
