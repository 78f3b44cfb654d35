"""Errors in the record of a day, as real data have them, in the order they are applied.

A new one is a class and a line in `CORRUPTIONS`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, TypeVar

import numpy as np

from online_models.market.calendar import DAY_MS, day_start
from online_models.market.events import (
    AMOUNT,
    DAY_IDS,
    NOTHING,
    PRICE,
    SKU,
    ArrivingRows,
    Events,
    OrderRows,
    identities,
)
from online_models.numerics.arrays import Ints


class Corruption(Protocol):
    """Spoils the record of a day; what really happened, and its profit, stay as they were."""

    def corrupt(self, events: Events, day: int, rng: np.random.Generator, /) -> Events:
        """The day as the stream records it."""
        ...


#: Chance per offer that has sold today, and the range of the quantity.
BULK_CHANCE = 0.001
BULK_QUANTITIES = (200, 1000)


class AddedBulkOrders:
    """Adds single orders of hundreds of units. They are no part of the expected profit."""

    def corrupt(self, events: Events, day: int, rng: np.random.Generator) -> Events:
        """The day with its bulk orders at the end of the row."""
        orders = events.orders
        sold, first = np.unique(orders.offer, return_index=True)
        hit = np.flatnonzero(rng.random(len(sold)) < BULK_CHANCE)
        count = len(hit)
        time = day_start(day) + rng.integers(0, DAY_MS, count)
        bulk = OrderRows(
            event=identities(day, 2, count),
            offer=sold[hit],
            time=time,
            arrival=time,
            missing=np.zeros(count, dtype=np.int64),
            order=day * DAY_IDS + DAY_IDS // 2 + np.arange(count, dtype=np.int64),
            quantity=rng.integers(BULK_QUANTITIES[0], BULK_QUANTITIES[1], count),
            unit_price=orders.unit_price[first[hit]],
        )
        return replace(events, orders=OrderRows.joined([orders, bulk]).in_order())


#: Chance of a mix-up per competitor price and per order line.
QUOTE_MIXUP_CHANCE = 0.004
ORDER_MIXUP_CHANCE = 0.001
MIXUP_FACTOR = 100


class UnitMixups:
    """Multiplies or divides single prices by 100."""

    def corrupt(self, events: Events, _day: int, rng: np.random.Generator) -> Events:
        """The day with mixed-up prices in quotes and orders."""
        quotes = replace(events.quotes, price=_mixed(events.quotes.price, QUOTE_MIXUP_CHANCE, rng))
        prices = _mixed(events.orders.unit_price, ORDER_MIXUP_CHANCE, rng)
        return replace(events, quotes=quotes, orders=replace(events.orders, unit_price=prices))


def _mixed(prices: Ints, chance: float, rng: np.random.Generator) -> Ints:
    draw = rng.random(len(prices))
    up, down = draw < chance / 2, (draw >= chance / 2) & (draw < chance)
    small = np.maximum(prices // MIXUP_FACTOR, 1)
    return np.where(up, prices * MIXUP_FACTOR, np.where(down, small, prices))


#: Chance per view record, and by what it is multiplied.
BOT_CHANCE = 0.003
BOT_FACTORS = (30, 300)


class BotClicks:
    """Multiplies single view counts."""

    def corrupt(self, events: Events, _day: int, rng: np.random.Generator) -> Events:
        """The day with bursts of views."""
        clicks = events.clicks
        hit = rng.random(len(clicks)) < BOT_CHANCE
        factor = rng.integers(BOT_FACTORS[0], BOT_FACTORS[1], len(clicks))
        return replace(
            events, clicks=replace(clicks, count=np.where(hit, clicks.count * factor, clicks.count))
        )


#: Chance per record.
MISSING_CHANCE = 0.004

Stream = TypeVar("Stream", bound=ArrivingRows)


class MissingFields:
    """Takes the SKU, the price or the amount out of single records."""

    def corrupt(self, events: Events, _day: int, rng: np.random.Generator) -> Events:
        """The day with broken records."""
        return replace(
            events,
            orders=_broken(events.orders, (SKU, PRICE, AMOUNT), rng),
            clicks=_broken(events.clicks, (SKU,), rng),
            quotes=_broken(events.quotes, (SKU, PRICE), rng),
        )


def _broken(rows: Stream, kinds: tuple[int, ...], rng: np.random.Generator) -> Stream:
    records, place = np.unique(rows.record, return_inverse=True)
    kind = np.array(kinds, dtype=np.int64)[rng.integers(0, len(kinds), len(records))]
    broken = rng.random(len(records)) < MISSING_CHANCE
    return replace(rows, missing=np.where(broken, kind, NOTHING)[place])


#: Chance per record, and the longest time until its repetition (ms).
DUPLICATE_CHANCE = 0.01
LONGEST_REPEAT_MS = 3_600_000


class Duplicates:
    """Repeats single records a little later."""

    def corrupt(self, events: Events, _day: int, rng: np.random.Generator) -> Events:
        """The day with repetitions."""
        return replace(
            events,
            orders=_repeated(events.orders, rng),
            clicks=_repeated(events.clicks, rng),
            quotes=_repeated(events.quotes, rng),
        )


def _repeated(rows: Stream, rng: np.random.Generator) -> Stream:
    records, place = np.unique(rows.record, return_inverse=True)
    repeated = (rng.random(len(records)) < DUPLICATE_CHANCE)[place]
    delay = rng.integers(1, LONGEST_REPEAT_MS, len(records))[place]
    twins = replace(rows, arrival=rows.arrival + delay).take(repeated)
    return rows.joined([rows, twins]).in_order()


#: Chance per record, and its mean delay (ms, exponential).
LATE_CHANCE = 0.02
MEAN_DELAY_MS = 8 * 3_600_000


class LateEvents:
    """Delays single records; their event time stays."""

    def corrupt(self, events: Events, _day: int, rng: np.random.Generator) -> Events:
        """The day with its stragglers, some of which arrive on a later day."""
        return replace(
            events,
            orders=_delayed(events.orders, rng),
            clicks=_delayed(events.clicks, rng),
            quotes=_delayed(events.quotes, rng),
        )


def _delayed(rows: Stream, rng: np.random.Generator) -> Stream:
    records, place = np.unique(rows.record, return_inverse=True)
    late = rng.random(len(records)) < LATE_CHANCE
    delay = late * rng.exponential(MEAN_DELAY_MS, len(records)).astype(np.int64)
    return replace(rows, arrival=rows.arrival + delay[place]).in_order()


CORRUPTIONS: dict[str, type[Corruption]] = {
    "bulk_orders": AddedBulkOrders,
    "unit_mixups": UnitMixups,
    "bot_clicks": BotClicks,
    "missing_fields": MissingFields,
    "duplicates": Duplicates,
    "late_events": LateEvents,
}
