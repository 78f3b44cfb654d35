"""`price-suggestions` and `market-listings`: each sets what it tells of a used thing."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from streams.web.store.database import put
from streams.web.store.intake.record import (
    Amount,
    Taken,
    When,
    instant,
    minor,
    moment,
    packed,
    readable,
)
from streams.web.store.tables.trade import listings


class _Suggested(msgspec.Struct):
    price: str


class _Suggestion(msgspec.Struct):
    listing_id: str
    sku: str | None
    category: str
    condition: str
    currency: str
    asked: str | None
    value: str | None
    value_lower: str | None
    value_upper: str | None
    comparables: int
    suggested: _Suggested | None
    quick: _Suggested | None
    patient: _Suggested | None
    reason: str
    time: str


class _Listing(msgspec.Struct):
    listing_id: str
    currency: str
    asked: Amount | None = None
    listed_at: When = None
    sold_at: When = None
    sold_for: Amount | None = None
    ended_at: When = None


def take_suggestions(connection: Connection, records: Sequence[Taken]) -> None:
    """The last suggestion for each listing."""
    rows = {}
    for record, value in readable(records, _Suggestion):
        suggested = value.suggested
        rows[value.listing_id] = {
            "listing_id": value.listing_id,
            "time": instant(value.time, record.timestamp),
            "suggested_at": instant(value.time, record.timestamp),
            "sku": value.sku,
            "category": value.category,
            "condition": value.condition,
            "currency": value.currency,
            "asked": minor(value.asked, value.currency),
            "value": minor(value.value, value.currency),
            "value_lower": minor(value.value_lower, value.currency),
            "value_upper": minor(value.value_upper, value.currency),
            "comparables": value.comparables,
            "suggested": None if suggested is None else minor(suggested.price, value.currency),
            "reason": value.reason,
            "body": packed(record.value or b""),
        }
    put(connection, listings, list(rows.values()), by=["listing_id"])


def take_listings(connection: Connection, records: Sequence[Taken]) -> None:
    """What is asked for used things, and what became of them."""
    rows = {}
    for record, value in readable(records, _Listing):
        sold, ended = (moment(at, record.timestamp) for at in (value.sold_at, value.ended_at))
        got = value.asked if value.sold_for is None else value.sold_for
        rows[value.listing_id] = {
            "listing_id": value.listing_id,
            "time": instant(value.listed_at, record.timestamp),
            "asked": minor(value.asked, value.currency),
            "sold_at": sold,
            "sold_for": None if sold is None else minor(got, value.currency),
            "ended_at": ended,
        }
    put(connection, listings, list(rows.values()), by=["listing_id"])
