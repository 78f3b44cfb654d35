"""The events of a market's day as flat columns, one row per event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

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
    """Competitor prices; `rival` indexes `Market.competitors.names`."""

    rival: Ints
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
