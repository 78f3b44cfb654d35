"""One-off bulk orders: a company buys a pallet; nobody should price by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from online_models.market.baskets import DAY_IDS, identities
from online_models.market.calendar import DAY_MS, day_start
from online_models.market.events import Events, Orders

#: Chance per offer that has sold today, and the range of the quantity.
CHANCE = 0.001
QUANTITIES = (200, 1000)


class BulkOrders:
    """Adds single orders of hundreds of units. They are no part of the expected profit."""

    def soil(self, events: Events, day: int, rng: np.random.Generator) -> Events:
        """The day with its bulk orders at the end of the row."""
        orders = events.orders
        sold, first = np.unique(orders.offer, return_index=True)
        hit = np.flatnonzero(rng.random(len(sold)) < CHANCE)
        count = len(hit)
        time = day_start(day) + rng.integers(0, DAY_MS, count)
        bulk = Orders(
            event=identities(day, 2, count),
            offer=sold[hit],
            time=time,
            arrival=time,
            missing=np.zeros(count, dtype=np.int64),
            order=day * DAY_IDS + DAY_IDS // 2 + np.arange(count, dtype=np.int64),
            quantity=rng.integers(QUANTITIES[0], QUANTITIES[1], count),
            unit_price=orders.unit_price[first[hit]],
        )
        return replace(events, orders=Orders.joined([orders, bulk]).in_order())
