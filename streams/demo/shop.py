"""A shop that applies Pricetide's prices: all that a downstream consumer has to do."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from streams.clients import client
from streams.settings import Settings


class Change(msgspec.Struct, frozen=True):
    """What a shop needs of a `price-changes` record; all other fields are skipped."""

    decision_id: str
    revision: int
    sku: str
    channel: str
    price: str
    effective_at: str


class Shelf:
    """The prices shown: the newest revision per offer. Older ones and repeats are dropped."""

    def __init__(self) -> None:
        self.shown: dict[tuple[str, str], Change] = {}

    def apply(self, change: Change) -> bool:
        """Show the price; False where the shelf has this revision, or a newer one, already."""
        offer = (change.sku, change.channel)
        if offer in self.shown and change.revision <= self.shown[offer].revision:
            return False
        self.shown[offer] = change
        return True


async def run(settings: Settings, shelf: Shelf, applied: Callable[[Change], None]) -> None:
    """Apply and acknowledge changes until cancelled.

    The topic keeps the last change of every offer, so a restart fills the shelf from it: there is
    no consumer group, and nothing to commit.
    """
    consumer = AIOKafkaConsumer(
        "price-changes",
        **client(settings),
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        fetch_max_wait_ms=20,
    )
    producer = AIOKafkaProducer(**client(settings), enable_idempotence=True)
    async with consumer, producer:
        async for record in consumer:
            change = msgspec.json.decode(record.value, type=Change)
            if shelf.apply(change):
                applied(change)
                ack = acknowledgement(change)
                await producer.send("price-acks", ack, change.sku.encode(), None, record.timestamp)


def acknowledgement(change: Change) -> bytes:
    """The `price-acks` record; a shop in real life gives the time at which it did apply it."""
    fields = {name: getattr(change, name) for name in ("decision_id", "sku", "channel", "price")}
    return msgspec.json.encode({**fields, "status": "applied", "time": change.effective_at})
