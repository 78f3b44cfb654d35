"""Orders and clicks become sums per offer and interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.batch import Action, Batch, Status
from online_models.fold.lookup import Lookup
from online_models.fold.state import State

Ints = NDArray[np.int64]


def add_orders(state: State, batch: Batch, lookup: Lookup, places: Ints) -> None:
    """Count order lines at `places`: placed ones where they happened, corrections where the order
    that they correct did.
    """
    places = places[_right_currency(state, batch, lookup, places)]
    flag = batch.flag[places]
    placed = places[flag == Status.PLACED]
    corrections = places[flag != Status.PLACED]
    rows = lookup.offer[placed]
    units = batch.count[placed]
    intervals = state.buckets.intervals(batch.time[placed])
    state.buckets.add(
        rows, intervals, units=units, paid=units, revenue=units * batch.amount[placed]
    )
    state.stock.sold(rows, units, batch.time[placed])
    # a correction finds the orders before it, and none after
    done = 0
    for place, until in zip(
        corrections.tolist(), np.searchsorted(placed, corrections).tolist(), strict=True
    ):
        part = slice(done, until)
        state.orders.append(batch.extra[placed[part]], rows[part], intervals[part])
        done = until
        _correct(state, batch, lookup, place)
    state.orders.append(batch.extra[placed[done:]], rows[done:], intervals[done:])


def _correct(state: State, batch: Batch, lookup: Lookup, place: int) -> None:
    """Take cancelled or returned units out of the interval in which they were counted."""
    row = int(lookup.offer[place])
    units = np.array([-batch.count[place]], dtype=np.int64)
    interval = state.orders.interval(int(batch.extra[place]), row)
    offer = np.array([row], dtype=np.int64)
    if interval is None or interval < 0:
        state.count("late_correction")
    else:
        state.buckets.add(offer, np.array([interval], dtype=np.int64), units=units)
    state.stock.sold(offer, units, batch.time[place : place + 1])


def add_clicks(state: State, batch: Batch, lookup: Lookup, places: Ints) -> None:
    """Count views and baskets at `places`."""
    intervals = state.buckets.intervals(batch.time[places])
    flag, number = batch.flag[places], batch.count[places]
    rows = lookup.offer[places]
    state.buckets.add(
        rows,
        intervals,
        views=np.where(flag == Action.VIEW, number, 0),
        carts=np.where(flag == Action.CART, number, 0),
    )


def _right_currency(state: State, batch: Batch, lookup: Lookup, places: Ints) -> NDArray[np.bool_]:
    """Mask of the lines whose money is in their product's currency, as far as that is known."""
    skus = state.catalogue.skus
    rows = lookup.sku_rows[batch.sku[places]]
    texts = batch.currency[places]
    currencies = np.full(len(batch.texts) + 1, -1, dtype=np.int64)
    for text in np.unique(texts).tolist():
        currencies[text] = lookup.currency_row(state, text)
    known = skus.known[rows]
    for sku, place in lookup.introduced.items():
        known[(rows == sku) & (places < place)] = False
    right: NDArray[np.bool_] = ~known | (currencies[texts] == skus.currency[rows])
    state.count("currency_mismatch", int(np.count_nonzero(~right)))
    return right
