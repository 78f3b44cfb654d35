"""Orders and clicks become sums per offer and window, many at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.lookup import Lookup
from online_models.fold.state import State
from online_models.journal.batch import Action, Batch, Status
from online_models.numerics.columns import SOME
from online_models.pricing.state.shoppers import USUAL_SEGMENT, Line
from online_models.windows.order_log import NONE, keys
from online_models.windows.pending_events import PendingClicks, PendingOrders

Ints = NDArray[np.int64]
#: Events that wait at most: beyond, a pass costs as much for each of them.
MOST_WAITING = 1000


def take_orders(state: State, batch: Batch, lookup: Lookup, places: Ints) -> None:
    """Let the order lines at `places` wait to be added up, and remember who bought."""
    right = _right_currency(state, batch, lookup, places)
    if not right.all():
        state.count("currency_mismatch", int(np.count_nonzero(~right)))
        places = places[right]
    orders = PendingOrders(
        lookup.offer[places],
        batch.flag[places],
        batch.time[places],
        batch.count[places],
        batch.amount[places],
        batch.extra[places],
    )
    _remember_shoppers(state, batch, places, orders)
    state.pending.order(orders)


def take_clicks(state: State, batch: Batch, lookup: Lookup, places: Ints) -> None:
    """Let the clicks at `places` wait to be added up."""
    state.pending.click(
        PendingClicks(
            lookup.offer[places],
            batch.flag[places],
            batch.time[places],
            batch.count[places],
            batch.amount[places],
            batch.person[places],
        )
    )


def flush(state: State) -> None:
    """Add up what waits: placed lines and clicks where they happened, corrections where the order
    that they correct did.
    """
    orders, clicks = state.pending.drain()
    if orders is not None:
        _add_orders(state, orders)
    if clicks is not None:
        _add_clicks(state, clicks)


def _add_orders(state: State, orders: PendingOrders) -> None:
    places = np.flatnonzero(orders.status == Status.PLACED)
    placed = orders.take(places)
    windows = state.windows.ids(placed.offer, placed.time)
    lines = state.cleaning.judge_lines(placed.offer, placed.units, placed.price)
    paid = np.where(lines.priced, placed.units, 0)
    state.windows.add(
        placed.offer,
        windows,
        units=placed.units,
        excess=lines.excess,
        lines=np.ones(len(places), dtype=np.int64),
        paid=paid,
        revenue=paid.astype(np.float64) * placed.price,
    )
    state.stock.sold(placed.offer, placed.units, placed.time)
    inside = windows >= 0
    known, rows, windows = placed.order[inside], placed.offer[inside], windows[inside]
    corrections = np.flatnonzero(orders.status != Status.PLACED)
    if len(corrections):
        before = places[inside], keys(known, rows), windows
        _correct(state, corrections, orders.take(corrections), before)
    state.order_log.append(known, rows, windows)


def _correct(
    state: State, places: Ints, lines: PendingOrders, before: tuple[Ints, Ints, Ints]
) -> None:
    """Take cancelled or returned units out of the window in which they were counted.

    `before`: (places, keys, windows) of the orders placed among those that waited; a correction
    finds those before it, and none after.
    """
    windows = state.order_log.windows(lines.order, lines.offer)
    placed, known, fell_into = before
    wanted = keys(lines.order, lines.offer)
    for i in np.flatnonzero(np.isin(wanted, known)).tolist():
        earlier = np.flatnonzero((known == wanted[i]) & (placed < places[i]))
        if len(earlier):
            windows[i] = fell_into[earlier[-1]]
    windows = state.windows.still_open(windows)
    state.count("late_correction", int(np.count_nonzero(windows == NONE)))
    excess = -state.cleaning.corrected(lines.offer, lines.units)
    state.windows.add(lines.offer, windows, units=-lines.units, excess=excess)
    state.stock.sold(lines.offer, -lines.units, lines.time)


def _add_clicks(state: State, clicks: PendingClicks) -> None:
    rows, number = clicks.offer, clicks.number
    windows = state.windows.ids(rows, clicks.time)
    judged = state.cleaning.judge_clicks(rows, number, clicks.person, clicks.price, clicks.time)
    believed = np.where(judged.priced, number - judged.ignored, 0)
    viewed = clicks.action == Action.VIEW
    state.windows.add(
        rows,
        windows,
        views=np.where(viewed, number, 0),
        ignored=np.where(viewed, judged.ignored, 0),
        carts=np.where(clicks.action == Action.CART, number, 0),
        quotes=believed,
        quoted=believed.astype(np.float64) * clicks.price,
    )


def _remember_shoppers(state: State, batch: Batch, places: Ints, orders: PendingOrders) -> None:
    """Who bought what, of those who agreed to personal prices."""
    persons = batch.person[places]
    if not persons.any():
        return
    known = np.flatnonzero((persons != 0) & (orders.status == Status.PLACED))
    bought = orders.take(known)
    texts, usual = batch.texts, USUAL_SEGMENT
    segments = [texts[i] if i >= 0 else usual for i in batch.segment[places[known]].tolist()]
    columns = bought.units, bought.price, bought.time
    told = (column.tolist() for column in columns)
    lines = zip(bought.offer.tolist(), persons[known].tolist(), segments, *told, strict=True)
    state.pricing.shoppers.bought([Line(*line) for line in lines])


def _right_currency(state: State, batch: Batch, lookup: Lookup, places: Ints) -> NDArray[np.bool_]:
    """Mask of the lines whose money is in their product's currency, as far as that is known."""
    rows = lookup.sku_rows[batch.sku[places]]
    if len(places) <= SOME:
        pairs = zip(places.tolist(), rows.tolist(), strict=True)
        return np.array([lookup.right_currency(state, batch, *pair) for pair in pairs])
    skus = state.catalogue.skus
    texts = batch.currency[places]
    currencies = np.full(len(batch.texts) + 1, -1, dtype=np.int64)
    for text in np.unique(texts).tolist():
        currencies[text] = lookup.currency_row(state, text)
    known = skus.known[rows]
    for sku, place in lookup.introduced.items():
        known[(rows == sku) & (places < place)] = False
    right: NDArray[np.bool_] = ~known | (currencies[texts] == skus.currency[rows])
    return right
