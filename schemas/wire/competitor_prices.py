"""Fast rows of `competitor-prices`."""

from __future__ import annotations

from msgspec import Struct

from schemas.topics import TOPICS
from schemas.wire.batches import BatchDecoder
from schemas.wire.fields import PRICES, Confidence, Filled, Instant, Money, Name, Text, settle_times


class CompetitorPriceRow(Struct, gc=False):
    """`time` is in ms; `price` and `shipping` are in minor units of `currency`."""

    sku: Name
    competitor: Name
    price: Money
    currency: str
    time: Instant | None = None
    shipping: Money | None = None
    in_stock: Filled[bool] = True
    match_confidence: Filled[Confidence] = 1.0
    channel: Name | None = None
    url: Text | None = None
    event_id: Name | None = None


def _settle(rows: list[CompetitorPriceRow]) -> None:
    settle_times(rows)
    for row in rows:
        prices = PRICES[row.currency]
        row.price = prices[row.price]
        if row.shipping is not None:
            row.shipping = prices[row.shipping]
        if row.in_stock is None:
            row.in_stock = True
        if row.match_confidence is None:
            row.match_confidence = 1.0


DECODER = BatchDecoder(CompetitorPriceRow, _settle, TOPICS["competitor-prices"].adapter)
