"""Fast rows of `inventory`."""

from __future__ import annotations

from msgspec import Struct

from schemas.instants import to_ms
from schemas.topics import TOPICS
from schemas.wire.batches import BatchDecoder
from schemas.wire.fields import Count, Instant, Name, Stock


class InboundRow(Struct, gc=False):
    """`expected_at` is in ms."""

    quantity: Count
    expected_at: Instant


class InventoryRow(Struct, gc=False):
    """`time` is in ms; without `channel` the stock serves every channel."""

    sku: Name
    on_hand: Stock
    time: Instant | None = None
    channel: Name | None = None
    reserved: Stock | None = None
    location: str | None = None
    inbound: list[InboundRow] | None = None
    event_id: Name | None = None


def _settle(rows: list[InventoryRow]) -> None:
    for row in rows:
        if row.time is not None:
            row.time = to_ms(row.time)
        if row.inbound is None:
            row.inbound = []
        for delivery in row.inbound:
            delivery.expected_at = to_ms(delivery.expected_at)


DECODER = BatchDecoder(InventoryRow, _settle, TOPICS["inventory"].adapter)
