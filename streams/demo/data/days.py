"""The whole feed, day by day, in the order of event time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.demo.data.assortment import BestSellers, best_sellers, unit_price
from streams.demo.data.baskets import orders
from streams.demo.data.event import DemoEvent
from streams.demo.data.synthesis import clicks, competitor_prices
from streams.demo.data.tafeng import OrderLines

SEED = 471


@dataclass(frozen=True, slots=True)
class Days:
    """Items and their lines of a span of days; iterating makes one day after another."""

    assortment: BestSellers
    sales: OrderLines
    first: int
    last: int

    @classmethod
    def of(cls, sales: OrderLines, items: int | None, days: int | None) -> Days:
        """The best sellers of the first days; None for all."""
        assortment, lines = best_sellers(sales, items, days)
        return cls(assortment, lines, int(lines.day[0]), int(lines.day[-1]))

    def __len__(self) -> int:
        """The number of days."""
        return self.last + 1 - self.first

    @property
    def orders(self) -> int:
        """The number of orders: customers, day by day."""
        pairs = np.stack([self.sales.day, self.sales.customer])
        return int(np.unique(pairs, axis=1).shape[1])

    def __iter__(self) -> Iterator[list[DemoEvent]]:
        """The events of each day, by time: products that are new, orders, clicks, competitors."""
        assortment, names = self.assortment, self.assortment.names
        going = assortment.price.copy()
        usual = self._units(self.sales) / (self.last + 1 - assortment.first_day)
        for day in range(self.first, self.last + 1):
            low, high = np.searchsorted(self.sales.day, [day, day + 1]).tolist()
            today = self.sales.take(np.arange(low, high))
            on_sale = np.flatnonzero(assortment.first_day <= day)
            skus = [names[rank] for rank in on_sale.tolist()]
            fresh = np.flatnonzero(assortment.first_day == day)
            events = [assortment.product(rank) for rank in fresh.tolist()]
            events += clicks(day, skus, self._units(today)[on_sale], usual[on_sale], SEED)
            events += competitor_prices(day, skus, going[on_sale], SEED)
            if high > low:
                events += orders(today, names, SEED)
                # the last line of each item says what is asked from tomorrow on
                going[today.item] = unit_price(today)
            yield sorted(events, key=_time)

    def _units(self, sales: OrderLines) -> NDArray[np.float64]:
        """Units of each item, shape (k,)."""
        weights = sales.units.astype(np.float64)
        units = np.bincount(sales.item, weights, minlength=len(self.assortment.names))
        return units.astype(np.float64)


def _time(event: DemoEvent) -> int:
    return event.time
