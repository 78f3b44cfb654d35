"""Orders and clicks become sums per offer and interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.batch import Action, Batch, Status
from online_models.fold.lookup import Lookup
from online_models.fold.orders import NONE, keys
from online_models.fold.state import State
from online_models.pricing.shoppers import USUAL_SEGMENT, Line

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
    intervals = state.buckets.intervals(rows, batch.time[placed])
    lines = state.cleaning.judge_lines(rows, units, batch.amount[placed])
    paid = np.where(lines.priced, units, 0)
    revenue = paid.astype(np.float64) * batch.amount[placed]
    state.buckets.add(
        rows,
        intervals,
        units=units,
        excess=lines.excess,
        lines=np.ones(len(rows), dtype=np.int64),
        paid=paid,
        revenue=revenue,
    )
    state.stock.sold(rows, units, batch.time[placed])
    _remember_shoppers(state, batch, placed, rows)
    inside = intervals >= 0
    placed, rows, intervals = placed[inside], rows[inside], intervals[inside]
    if len(corrections):
        _correct(state, batch, lookup, corrections, (placed, rows, intervals))
    state.orders.append(batch.extra[placed], rows, intervals)


def _remember_shoppers(state: State, batch: Batch, places: Ints, rows: Ints) -> None:
    """Who bought what, of those who agreed to personal prices."""
    known = np.flatnonzero(batch.person[places])
    if not len(known):
        return
    places = places[known]
    texts, usual = batch.texts, USUAL_SEGMENT
    segments = [texts[i] if i >= 0 else usual for i in batch.segment[places].tolist()]
    columns = (batch.count, batch.amount, batch.time)
    persons, told = batch.person[places].tolist(), (c[places].tolist() for c in columns)
    lines = zip(rows[known].tolist(), persons, segments, *told, strict=True)
    state.pricing.shoppers.bought([Line(*line) for line in lines])


def _correct(
    state: State, batch: Batch, lookup: Lookup, places: Ints, lines: tuple[Ints, Ints, Ints]
) -> None:
    """Take cancelled or returned units out of the interval in which they were counted.

    `lines`: (places, offers, intervals) of the orders placed in the same segment; a correction
    finds those before it, and none after.
    """
    offers, units = lookup.offer[places], -batch.count[places]
    intervals = state.orders.intervals(batch.extra[places], offers)
    placed, rows, fell_into = lines
    wanted, known = keys(batch.extra[places], offers), keys(batch.extra[placed], rows)
    for i in np.flatnonzero(np.isin(wanted, known)).tolist():
        before = np.flatnonzero((known == wanted[i]) & (placed < places[i]))
        if len(before):
            intervals[i] = fell_into[before[-1]]
    intervals = state.buckets.still_open(intervals)
    state.count("late_correction", int(np.count_nonzero(intervals == NONE)))
    excess = -state.cleaning.corrected(offers, batch.count[places])
    state.buckets.add(offers, intervals, units=units, excess=excess)
    state.stock.sold(offers, units, batch.time[places])


def add_clicks(state: State, batch: Batch, lookup: Lookup, places: Ints) -> None:
    """Count views and baskets at `places`."""
    rows = lookup.offer[places]
    intervals = state.buckets.intervals(rows, batch.time[places])
    flag, number = batch.flag[places], batch.count[places]
    prices = batch.amount[places]
    clicks = state.cleaning.judge_clicks(
        rows, number, batch.person[places], prices, batch.time[places]
    )
    believed = np.where(clicks.priced, number - clicks.ignored, 0)
    viewed = flag == Action.VIEW
    state.buckets.add(
        rows,
        intervals,
        views=np.where(viewed, number, 0),
        ignored=np.where(viewed, clicks.ignored, 0),
        carts=np.where(flag == Action.CART, number, 0),
        quotes=believed,
        quoted=believed.astype(np.float64) * prices,
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
