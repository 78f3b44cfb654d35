"""`demand-observations`: closed windows, those without a sale included."""

from __future__ import annotations

from schemas.records.record import Outgoing
from schemas.values.fields import (
    Currency,
    Flag,
    InstantText,
    Name,
    Number,
    Ordinal,
    PriceText,
    Stock,
)


class Forecast(Outgoing):
    """Units expected before the window, and what each model counted for in that."""

    units: Number
    weights: dict[Name, Number]


class DemandObservation(Outgoing):
    """The demand of an offer in [bucket_start, bucket_end).

    `units` are all that were sold and not taken back; where `stocked_out`, demand was at least as
    large. What bulk orders add to them is in `features` as `bulk_units`, what bots add to `views`
    as `bot_views`: learn from the rest.
    """

    sku: Name
    channel: Name
    bucket_start: InstantText
    bucket_end: InstantText
    units: Ordinal
    views: Stock
    price: PriceText | None
    currency: Currency | None = None
    competitor_price: PriceText | None = None
    on_hand: Stock | None = None
    stocked_out: Flag
    promotion_id: Name | None = None
    features: dict[Name, Number] = {}
    forecast: Forecast | None = None
