"""`demand-observations`, `competitor-prices` and `elasticities`: what sells, and beside whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from sqlalchemy import Connection, func, select, update

from schemas.values.instants import DAY
from schemas.values.limits import LARGEST_NUMBER
from schemas.values.money import to_minor
from streams.web.store.database import chunks, put
from streams.web.store.intake.forecasts import JudgedForecast, take_forecasts
from streams.web.store.intake.offer_rows import change_rows, ids_of
from streams.web.store.intake.record import Taken, instant, minor, readable
from streams.web.store.tables.shop import competitor_prices, observations, offers

#: Sales that an offer's row sums up.
SUMMED = 30 * DAY


#: What can be added up and shown.
_Units = Annotated[float, msgspec.Meta(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER)]


class _Forecast(msgspec.Struct):
    units: _Units
    weights: dict[str, float] = {}


class _Observation(msgspec.Struct):
    sku: str
    channel: str
    bucket_start: str
    bucket_end: str
    units: _Units
    views: int
    price: str | None
    stocked_out: bool
    currency: str | None = None
    competitor_price: str | None = None
    on_hand: int | None = None
    promotion_id: str | None = None
    forecast: _Forecast | None = None


class _CompetitorPrice(msgspec.Struct):
    sku: str
    competitor: str
    price: str | float | int
    currency: str
    time: str | int | None = None
    in_stock: bool = True


class _Elasticity(msgspec.Struct):
    mean: float
    lower: float
    upper: float


class _Elasticities(msgspec.Struct):
    scope: str
    own: _Elasticity
    sku: str | None = None
    channel: str | None = None


def take_observations(connection: Connection, records: Sequence[Taken]) -> None:
    """Closed buckets, and what each offer sold in the last thirty days of them."""
    read = list(readable(records, _Observation))
    ids = ids_of(connection, [(value.sku, value.channel) for _, value in read])
    currencies = _currencies(connection, list(ids.values()))
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    last: dict[int, dict[str, Any]] = {}
    for record, value in read:
        number = ids[value.sku, value.channel]
        currency = value.currency or currencies.get(number)
        start = instant(value.bucket_start, record.timestamp)
        end = instant(value.bucket_end, record.timestamp)
        rows[number, start] = {
            "offer_id": number,
            "start": start,
            "end": end,
            "units": value.units,
            "views": value.views,
            "price": minor(value.price, currency),
            "competitor_price": minor(value.competitor_price, currency),
            "on_hand": value.on_hand,
            "stocked_out": value.stocked_out,
            "promotion_id": value.promotion_id,
            "forecast": None if value.forecast is None else value.forecast.units,
        }
        last[number] = {
            "id": number,
            "units": value.units,
            "on_hand": value.on_hand,
            "observed_at": end,
        }
    put(connection, observations, list(rows.values()), by=("offer_id", "start"))
    take_forecasts(
        connection,
        (
            JudgedForecast(
                instant(value.bucket_start, record.timestamp),
                value.forecast.units,
                value.forecast.weights,
                value.units,
            )
            for record, value in read
            if value.forecast is not None and not value.stocked_out
        ),
    )
    change_rows(connection, list(last.values()))
    for part in chunks(list(last)):
        recent = (
            select(func.sum(observations.c.units))
            .where(
                observations.c.offer_id == offers.c.id,
                observations.c.start >= offers.c.observed_at - SUMMED,
            )
            .scalar_subquery()
        )
        connection.execute(update(offers).where(offers.c.id.in_(part)).values(sold=recent))


def take_competitor_prices(connection: Connection, records: Sequence[Taken]) -> None:
    """The last price of each competitor, and the lowest one in each offer's row."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for record, value in readable(records, _CompetitorPrice):
        try:
            price = to_minor(value.price, value.currency)
        except ValueError:
            continue
        rows[value.sku, value.competitor] = {
            "sku": value.sku,
            "competitor": value.competitor,
            "currency": value.currency,
            "price": price,
            "time": instant(value.time, record.timestamp),
            "in_stock": value.in_stock,
        }
    put(connection, competitor_prices, list(rows.values()), by=("sku", "competitor"))
    for part in chunks(sorted({sku for sku, _ in rows})):
        found = connection.execute(
            select(
                competitor_prices.c.sku,
                competitor_prices.c.currency,
                competitor_prices.c.price,
                competitor_prices.c.competitor,
                competitor_prices.c.time,
            )
            .where(competitor_prices.c.sku.in_(part), competitor_prices.c.in_stock)
            .order_by(competitor_prices.c.price.desc())
        )
        lowest = {(sku, currency): rest for sku, currency, *rest in found}
        known = connection.execute(
            select(offers.c.id, offers.c.sku, offers.c.currency).where(offers.c.sku.in_(part))
        )
        changed: list[dict[str, Any]] = []
        for number, sku, currency in known:
            found_price, name, time = lowest.get((sku, currency), (None, None, None))
            changed.append(
                {
                    "id": number,
                    "competitor_price": found_price,
                    "competitor": name,
                    "competitor_at": time,
                }
            )
        change_rows(connection, changed)


def take_elasticities(connection: Connection, records: Sequence[Taken]) -> None:
    """How each offer's units answer to its price."""
    read = [v for _, v in readable(records, _Elasticities) if v.scope == "offer"]
    keys = [(v.sku, v.channel) for v in read if v.sku is not None and v.channel is not None]
    ids = ids_of(connection, keys)
    last = {}
    for value in read:
        if value.sku is None or value.channel is None:
            continue
        number = ids[value.sku, value.channel]
        last[number] = {
            "id": number,
            "elasticity": value.own.mean,
            "elasticity_lower": value.own.lower,
            "elasticity_upper": value.own.upper,
        }
    change_rows(connection, list(last.values()))


def _currencies(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in chunks(ids):
        rows = connection.execute(
            select(offers.c.id, offers.c.currency).where(offers.c.id.in_(part))
        )
        found |= {number: currency for number, currency in rows if currency is not None}
    return found
