"""The events of a market's day as flat columns, one row per event, drawn from the units sold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from online_models.market.calendar import DAY_MS, day_start
from online_models.numerics.arrays import Flags, Ints

#: Values of the `missing` columns: the field that a broken record lacks.
NOTHING, SKU, PRICE, AMOUNT = 0, 1, 2, 3


@dataclass(frozen=True)
class EventRows:
    """Columns of equal length."""

    @classmethod
    def _names(cls) -> tuple[str, ...]:
        # what `fields` makes of this takes ten times as long, several times an event stream
        return tuple(cls.__dataclass_fields__)

    def __len__(self) -> int:
        return len(getattr(self, self._names()[0]))

    def take(self, rows: Ints | Flags) -> Self:
        """The rows at an index or a mask."""
        return type(self)(*(getattr(self, name)[rows] for name in self._names()))

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """All rows of all parts, one after the other."""
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in cls._names()))


@dataclass(frozen=True)
class ArrivingRows(EventRows):
    """Rows that reach the stream at `arrival`, at or after the `time` of the event (both ms UTC).

    event: identity for deduplication; a repeated event repeats it.
    missing: the field that the record lacks (`NOTHING`, `SKU`, `PRICE`, `AMOUNT`).
    """

    event: Ints
    offer: Ints
    time: Ints
    arrival: Ints
    missing: Ints

    @property
    def record(self) -> Ints:
        """Rows of equal value travel in one record: late, broken or repeated as a whole."""
        return self.event

    def in_order(self) -> Self:
        """Rows by arrival; ties keep their order."""
        return self.take(np.argsort(self.arrival, kind="stable"))


@dataclass(frozen=True)
class OrderRows(ArrivingRows):
    """Order lines; lines of one `order` share their time. `unit_price` in minor units."""

    order: Ints
    quantity: Ints
    unit_price: Ints

    @property
    def record(self) -> Ints:
        """An order is one record."""
        return self.order


@dataclass(frozen=True)
class ClickRows(ArrivingRows):
    """Aggregated views."""

    count: Ints


@dataclass(frozen=True)
class QuoteRows(ArrivingRows):
    """Competitor prices; `competitor` indexes `Market.competitors.names`."""

    competitor: Ints
    price: Ints
    in_stock: Ints


@dataclass(frozen=True)
class StockRows(EventRows):
    """Stock at the start of the day, with the next delivery (quantity 0: none on its way)."""

    offer: Ints
    time: Ints
    on_hand: Ints
    inbound: Ints
    expected_at: Ints


@dataclass(frozen=True)
class Events:
    """Everything that happens in the market on a day, each stream by arrival."""

    orders: OrderRows
    clicks: ClickRows
    quotes: QuoteRows
    levels: StockRows
    promotions: list[dict[str, Any]]


#: Mean units on a line where an offer sells more than one a day.
LINE_UNITS = 1.4
#: Chance that a line joins the order before it.
JOINS = 0.3
#: The hours of the day that shoppers like: a beta density with its peak at 16:00.
DAY_SHAPE = (3.0, 2.0)
#: Views travel pre-aggregated, this many records per offer and day.
VIEW_SLOTS = 3
#: Event identities: day × 2³² + stream × 2²⁸ + row.
DAY_IDS = 1 << 32
STREAM_IDS = 1 << 28


def identities(day: int, stream: int, count: int) -> Ints:
    """Fresh event identities, shape (count,)."""
    return day * DAY_IDS + stream * STREAM_IDS + np.arange(count, dtype=np.int64)


def order_lines(day: int, units: Ints, prices: Ints, rng: np.random.Generator) -> OrderRows:
    """Split `units` (n,) into lines and orders; quantities add up to `units` exactly."""
    lines = np.ceil(units / LINE_UNITS).astype(np.int64)
    starts = np.cumsum(lines) - lines
    owner = np.repeat(np.arange(len(units)), units)
    line = starts[owner] + (rng.random(len(owner)) * lines[owner]).astype(np.int64)
    quantity = np.bincount(line, minlength=int(lines.sum()))
    offer = np.repeat(np.arange(len(units)), lines)[quantity > 0]
    quantity = quantity[quantity > 0]
    time = np.sort((rng.beta(*DAY_SHAPE, len(offer)) * DAY_MS).astype(np.int64))
    shuffled = rng.permutation(len(offer))
    offer, quantity = offer[shuffled], quantity[shuffled]
    begins = rng.random(len(offer)) >= JOINS
    begins[:1] = True
    begins[1:] |= offer[1:] == offer[:-1]
    order = np.cumsum(begins) - 1
    time = day_start(day) + time[np.flatnonzero(begins)[order]] if len(offer) else time
    return OrderRows(
        event=identities(day, 0, len(offer)),
        offer=offer.astype(np.int64),
        time=time,
        arrival=time,
        missing=np.zeros(len(offer), dtype=np.int64),
        order=day * DAY_IDS + order.astype(np.int64),
        quantity=quantity.astype(np.int64),
        unit_price=prices[offer],
    )


def view_counts(day: int, views: Ints, rng: np.random.Generator) -> ClickRows:
    """Spread `views` (n,) over a few aggregated records a day; silent slots send none."""
    counts = rng.multinomial(views, np.full(VIEW_SLOTS, 1.0 / VIEW_SLOTS))
    slot, offer = np.nonzero(counts.T)
    time = day_start(day) + (2 * slot + 1) * (DAY_MS // (2 * VIEW_SLOTS))
    return ClickRows(
        event=identities(day, 1, len(offer)),
        offer=offer.astype(np.int64),
        time=time.astype(np.int64),
        arrival=time.astype(np.int64),
        missing=np.zeros(len(offer), dtype=np.int64),
        count=counts[offer, slot].astype(np.int64),
    )
