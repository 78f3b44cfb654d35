"""From units sold to order lines in orders, spread over the day."""

from __future__ import annotations

import numpy as np

from online_models.market.calendar import DAY_MS, day_start
from online_models.market.events import ClickRows, OrderRows
from online_models.numerics.arrays import Ints

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
