"""The items of the demo as products."""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec
import numpy as np
from numpy.typing import NDArray

from schemas.values.instants import DAY
from schemas.values.money import to_text
from streams.demo.data.event import DemoEvent
from streams.demo.data.tafeng import OrderLines, median_by_item

CURRENCY = "TWD"
#: Minor units of the currency: ISO 4217 has cents, although shops use whole dollars only.
MINOR = 100
#: Shares of the items, best sellers first, that shoppers compare (`kvi`) and that are `core`.
KVI_SHARE, CORE_SHARE = 0.25, 0.75
#: One in so many of the items that shoppers compare follows the competitors (tag `followed`): to
#: follow costs profit, and no shop does so with everything.
FOLLOWED = 5

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class BestSellers:
    """Items by rank of units sold, shape (k,): the first is the best seller.

    `first_day` is that of the first sale, `price` the unit price on that day, `cost` the median
    unit cost, both in minor units. TaFeng does not say what of either is tax: the tax rate is 0.
    """

    names: list[str]
    subclass: list[str]
    first_day: Ints
    price: Ints
    cost: Ints

    def product(self, rank: int) -> DemoEvent:
        """The record of one item, dated at the start of the day on which it first sold."""
        name, subclass = self.names[rank], self.subclass[rank]
        place = rank / len(self.names)
        followed = place < KVI_SHARE and rank % FOLLOWED == 2
        value = {
            "sku": name,
            "name": f"Item {name}",
            "currency": CURRENCY,
            "price": to_text(int(self.price[rank]), CURRENCY),
            "cost": to_text(int(self.cost[rank]), CURRENCY),
            "category": f"{subclass[:2]}/{subclass[:4]}",
            "role": "kvi" if place < KVI_SHARE else "core" if place < CORE_SHARE else "long_tail",
            "tags": ["followed"] if followed else [],
            "tax_rate": "0",
            "attributes": {"subclass": subclass, "synthetic": ["name"]},
        }
        time = int(self.first_day[rank]) * DAY
        return DemoEvent(time, "products", name.encode(), msgspec.json.encode(value))


def best_sellers(
    sales: OrderLines, items: int | None, days: int | None
) -> tuple[BestSellers, OrderLines]:
    """The `items` best sellers by units in the first `days` (None: all), and their lines.

    The lines' items are numbered by rank, and sorted by day.
    """
    if days is not None:
        sales = sales.take(sales.day < int(sales.day.min()) + days)
    units = np.bincount(sales.item, sales.units.astype(np.float64), minlength=len(sales.names))
    ranked = np.argsort(-units, kind="stable")[: min(items or len(units), np.count_nonzero(units))]
    rank = np.full(len(units), -1, dtype=np.int64)
    rank[ranked] = np.arange(len(ranked))
    chosen = np.flatnonzero(rank[sales.item] >= 0)
    chosen = chosen[np.argsort(sales.day[chosen], kind="stable")]
    lines = sales.take(chosen)
    lines = replace(lines, item=rank[lines.item])
    item = lines.item
    _, first = np.unique(item, return_index=True)
    cost = median_by_item(lines.cost / lines.units, item, len(ranked))
    assortment = BestSellers(
        [sales.names[i] for i in ranked.tolist()],
        [sales.subclass[i] for i in ranked.tolist()],
        lines.day[first],
        unit_price(lines)[first],
        np.rint(cost * MINOR).astype(np.int64),
    )
    return assortment, lines


def unit_price(sales: OrderLines) -> Ints:
    """What one unit cost, in minor units, shape (n,)."""
    price: Ints = np.maximum((2 * sales.paid * MINOR + sales.units) // (2 * sales.units), 1)
    return price
