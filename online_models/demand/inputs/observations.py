"""Closed windows as columns: what every demand model learns from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import log, power
from schemas.values.instants import DAY

__all__ = ["ATTRIBUTES", "DAY", "Observations"]

ATTRIBUTES = 4


@dataclass(frozen=True)
class Observations:
    """Windows closed at one tick, one row per (offer, window); all arrays have n rows.

    Zero-sale windows are rows like any other. Prices are gross, in minor units of the offer's
    currency. No array is written to: what follows from them is computed once for all models.
    """

    #: Dense row of the offer in its partition.
    offer: Ints
    #: Interval [start, end), ms since the epoch.
    start: Ints
    end: Ints
    #: Net units (placed − cancelled − returned); a negative net is learnt as 0.
    units: Floats
    views: Floats
    #: Time-weighted price really shown; NaN where unknown.
    price: Floats
    #: Lowest usable competitor price, and their mean; NaN where there is none.
    competitor_price: Floats
    competitor_mean: Floats
    #: Depth of the promotion in force, 0 to 1, and whether one was in force at all.
    promotion: Floats
    promoted: Floats
    #: Numeric promotion attributes (display, feature, …), shape (n, 4), 0 where absent.
    attributes: Floats
    #: Fraction of the window in stock: exposure; at 0 there is nothing to learn.
    available: Floats
    stocked_out: Flags
    #: Log price minus its mean under the pricer's own randomisation (0 where it did not explore);
    #: NaN where the pricer's mean is not known. This part of a price cannot be confounded.
    exploration: Floats
    #: Order lines behind the units (how bulky the baskets are); NaN where not counted.
    orders: Floats

    @classmethod
    def of(
        cls,
        offer: ArrayLike,
        start: ArrayLike,
        units: ArrayLike,
        *,
        length: int = DAY,
        **columns: ArrayLike,
    ) -> Observations:
        """Observations from the columns at hand, the others at 'unknown' or 'none'.

        >>> Observations.of([0, 1], 0, [3, 0], price=[999, 499]).price.tolist()
        [999.0, 499.0]
        """
        rows = np.asarray(offer, np.int64)
        n = len(rows)
        begin = np.array(np.broadcast_to(np.asarray(start, np.int64), n))
        defaults: dict[str, ArrayLike] = {
            "end": begin + length,
            "units": units,
            "views": 0.0,
            "price": np.nan,
            "competitor_price": np.nan,
            "competitor_mean": columns.get("competitor_price", np.nan),
            "promotion": 0.0,
            "promoted": 0.0,
            "attributes": np.zeros((n, ATTRIBUTES)),
            "available": 1.0,
            "stocked_out": False,
            "exploration": np.nan,
            "orders": np.nan,
        }
        unknown = sorted(columns.keys() - defaults.keys())
        if unknown:
            raise TypeError(f"Observations has no column {unknown[0]!r}")
        defaults.update(columns)
        kinds = {"end": np.int64, "stocked_out": np.bool_}
        shapes = {"attributes": (n, ATTRIBUTES)}
        full: dict[str, NDArray[Any]] = {
            name: np.array(
                np.broadcast_to(np.asarray(value, kinds.get(name, np.float64)), shapes.get(name, n))
            )
            for name, value in defaults.items()
        }
        return cls(offer=rows, start=begin, **full)

    def __len__(self) -> int:
        return len(self.offer)

    def take(self, rows: Ints | Flags) -> Observations:
        """The rows chosen, in the order chosen."""
        whole = rows.dtype != np.bool_ and len(rows) == len(self)
        if whole and bool((rows == np.arange(len(rows))).all()):
            return self
        return Observations(*(getattr(self, field.name)[rows] for field in fields(self)))

    def cleaned(self) -> Observations:
        """Impossible values as unknown or none: prices that are not positive, units not finite."""

        def possible(price: Floats) -> Floats:
            return np.where((price > 0.0) & (price < 1e15), price, np.nan)

        def finite(value: Floats, otherwise: float = 0.0) -> Floats:
            return np.where(np.abs(value) < 1e15, value, otherwise)

        return replace(
            self,
            units=finite(self.units),
            views=finite(self.views),
            price=possible(self.price),
            competitor_price=possible(self.competitor_price),
            competitor_mean=possible(self.competitor_mean),
            promotion=finite(self.promotion),
            promoted=finite(self.promoted),
            attributes=finite(self.attributes),
            available=finite(self.available, 1.0),
            exploration=finite(self.exploration, np.nan),
            orders=finite(self.orders, np.nan),
        )

    @cached_property
    def log_price(self) -> Floats:
        """Logarithm of the price, NaN where it is unknown, (n,)."""
        return log(self.price)

    @cached_property
    def log_competitor_price(self) -> Floats:
        """Logarithm of the lowest competitor price, NaN where it is unknown, (n,)."""
        return log(self.competitor_price)

    @cached_property
    def days(self) -> Floats:
        """Exposure of each row: days in stock."""
        share: Floats = np.minimum(np.maximum(self.available, 0.0), 1.0)
        length: Floats = np.maximum(self.end - self.start, 1) / DAY
        return length * share

    def windows(self) -> Iterator[Ints]:
        """Row numbers that share one window, the windows by end, then start; by offer within.

        An offer occurs once in a window: its second row for one window makes a window of its
        own, after the first.
        """
        if len(self) == 0:
            return
        one = (self.start == self.start[0]).all() and (self.end == self.end[0]).all()
        if one and (np.diff(self.offer) > 0).all():
            yield np.arange(len(self))
            return
        order = np.lexsort((self.offer, self.start, self.end))
        offer, start, end = self.offer[order], self.start[order], self.end[order]
        new = (np.diff(start) != 0) | (np.diff(end) != 0)
        again = (np.diff(offer) == 0) & ~new
        if again.any():
            first = np.maximum.accumulate(
                np.where(np.append(True, ~again), np.arange(len(self)), 0)
            )
            turn = np.arange(len(self)) - first
            order = order[np.lexsort((offer, turn, start, end))]
            offer, start, end = self.offer[order], self.start[order], self.end[order]
            new = (np.diff(start) != 0) | (np.diff(end) != 0) | (np.diff(offer) <= 0)
        bounds = [0, *(np.flatnonzero(new) + 1).tolist(), len(self)]
        for low, high in pairwise(bounds):
            yield order[low:high]


@dataclass(frozen=True, slots=True)
class WindowRows:
    """Rows of one window [start, end), each offer at most once, sorted by offer."""

    seen: Observations
    #: Product, channel, and category row (0 is the catalogue) of each offer, (n,).
    sku: Ints
    channel: Ints
    row: Ints

    def __len__(self) -> int:
        return len(self.seen)

    def kept(self, daily: float) -> float:
        """What a memory that keeps `daily` a window keeps over this one; an hour is no day."""
        length = int(self.seen.end[0] - self.seen.start[0])
        return daily if length >= DAY else float(power(daily, length / DAY))

    def take(self, rows: Ints) -> WindowRows:
        """The rows chosen, in the order chosen."""
        return WindowRows(self.seen.take(rows), self.sku[rows], self.channel[rows], self.row[rows])
