"""A shop that applies Pricetide's prices: all that a downstream consumer has to do."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from streams.configuration.settings import Settings
from streams.formats.reading import readable
from streams.kafka.clients import consumer, producer


class ShopChange(msgspec.Struct, frozen=True):
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
        self.shown: dict[tuple[str, str], ShopChange] = {}

    def apply(self, change: ShopChange) -> bool:
        """Show the price; False where the shelf has this revision, or a newer one, already."""
        last = self.shown.get((change.sku, change.channel))
        if last is not None and change.revision <= last.revision:
            return False
        self.shown[change.sku, change.channel] = change
        return True


async def run(settings: Settings, shelf: Shelf, applied: Callable[[ShopChange], None]) -> None:
    """Apply and acknowledge changes until cancelled.

    The topic keeps the last change of every offer: a restart fills the shelf from it, and there is
    no consumer group, and nothing to commit.
    """
    options = {"isolation_level": "read_committed", "auto_offset_reset": "earliest"}
    changes = readable(settings, consumer(settings, "price-changes", **options))
    async with changes, producer(settings) as acks:
        async for record in changes:
            change = msgspec.json.decode(record.value, type=ShopChange)
            if shelf.apply(change):
                applied(change)
                ack, key = acknowledgement(change), change.sku.encode()
                await acks.send("price-acks", ack, key, timestamp_ms=record.timestamp)


def acknowledgement(change: ShopChange) -> bytes:
    """The `price-acks` record; `time` is when the price was first shown: here, at once."""
    repeated = {name: getattr(change, name) for name in ("decision_id", "sku", "channel", "price")}
    return msgspec.json.encode({**repeated, "status": "applied", "time": change.effective_at})
