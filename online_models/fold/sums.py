"""Orders and clicks become sums per offer and window, many at a time: taken, judged, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.fold.state import State
from online_models.journal.batch import Action, Agreed, Batch, Status
from online_models.pricing.state.shoppers import USUAL_SEGMENT, Line
from online_models.second_hand.second_hand import OwnSale
from online_models.windows import counting
from online_models.windows.counting import CountedClicks, CountedOrders
from online_models.windows.pending_events import PendingClicks, PendingOrders

if TYPE_CHECKING:
    from online_models.fold.lookup import Lookup

Ints = NDArray[np.int64]
#: Events that wait at most: beyond, a pass costs as much for each of them.
MOST_WAITING = 1000


class Judged(NamedTuple):
    """What waited, with the verdict of the cleaning; None where nothing did."""

    orders: CountedOrders | None
    clicks: CountedClicks | None


def take_orders(state: State, batch: Batch, lookup: Lookup, places: Ints) -> None:
    """Let the order lines at `places` wait to be counted, and remember who bought."""
    right = lookup.right_currency(state, batch, places, lookup.sku_rows[batch.sku[places]])
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
        _public(batch, places),
    )
    _remember_shoppers(state, batch, places, orders)
    _note_used_sales(state, orders)
    _remember_volumes(state, batch, places, orders)
    _tell_baskets(state, batch, places, orders)
    state.pending.order(orders)


def take_clicks(state: State, batch: Batch, lookup: Lookup, places: Ints) -> None:
    """Let the clicks at `places` wait to be counted."""
    if state.pricing.book.recommend is not None:
        agreed = batch.extra[places]
        put_in = np.flatnonzero((agreed > 0) & (batch.flag[places] == Action.CART))
        if len(put_in):
            at = places[put_in]
            sessions = agreed[put_in] == Agreed.SESSION
            state.basket_feed.put_in(batch.person[at], sessions, lookup.offer[at])
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


def judge(state: State) -> Judged:
    """Judge all that waits, which then waits no longer, and take what was sold off the stock."""
    orders, clicks = state.pending.drain()
    return Judged(
        None if orders is None else _judge_orders(state, orders),
        None if clicks is None else _judge_clicks(state, clicks),
    )


def count(state: State, judged: Judged) -> None:
    """Count placed lines and clicks in the windows in which they happened, corrections where the
    order that they correct did.
    """
    if judged.orders is not None:
        late = counting.count_orders(state.windows, state.order_log, judged.orders)
        state.count("late_correction", late)
    if judged.clicks is not None:
        counting.count_clicks(state.windows, judged.clicks)


def flush(state: State) -> None:
    """Judge and count all that waits."""
    count(state, judge(state))


def _judge_orders(state: State, orders: PendingOrders) -> CountedOrders:
    offer, units = orders.offer, orders.units
    placed = orders.status == Status.PLACED
    lines = state.cleaning.judge_lines(offer[placed], units[placed], orders.price[placed])
    excess, priced = np.empty_like(units), np.zeros(len(units), dtype=np.bool_)
    excess[placed], priced[placed] = lines.excess, lines.priced
    if not placed.all():
        excess[~placed] = -state.cleaning.corrected(offer[~placed], units[~placed])
    state.stock.sold(offer, np.where(placed, units, -units), orders.time)
    return CountedOrders(orders, excess, priced)


def _judge_clicks(state: State, clicks: PendingClicks) -> CountedClicks:
    judged = state.cleaning.judge_clicks(
        clicks.offer, clicks.number, clicks.person, clicks.price, clicks.time
    )
    return CountedClicks(clicks, judged.ignored, judged.priced)


def _public(batch: Batch, places: Ints) -> NDArray[np.bool_]:
    """Mask of the order lines, (n,), whose buyers meet the offer's public price."""
    segment = batch.segment[places]
    if not (segment >= 0).any():
        return np.ones(len(places), dtype=np.bool_)
    usual = np.array([text == USUAL_SEGMENT for text in batch.texts] + [True])
    return np.asarray(usual[segment])


def _note_used_sales(state: State, orders: PendingOrders) -> None:
    """What own used goods were sold for."""
    known = state.pricing.state.second_hand
    if not known.things:
        return
    skus = state.catalogue.offers.sku[orders.offer].tolist()
    columns = (orders.offer, orders.status, orders.price, orders.time)
    for sku, row, status, price, time in zip(skus, *(c.tolist() for c in columns), strict=True):
        if sku in known.things and status == Status.PLACED and price > 0:
            known.sales.append(OwnSale(sku, row, price, time))


def _remember_volumes(state: State, batch: Batch, places: Ints, orders: PendingOrders) -> None:
    """What quantities the segments order whose quantity breaks are learnt."""
    wanted = state.pricing.book.optimises_breaks
    if not wanted or not wanted.intersection(batch.texts):
        return
    named = np.array([*(text in wanted for text in batch.texts), False])
    chosen = np.flatnonzero(named[batch.segment[places]] & (orders.status == Status.PLACED))
    for i in chosen.tolist():
        name = state.catalogue.offer_name(int(orders.offer[i]))
        key = state.pricing.state.trade.volumes.key(batch.texts[batch.segment[places[i]]], *name)
        state.pricing.state.trade.volumes.ordered(key, int(orders.units[i]))


def _tell_baskets(state: State, batch: Batch, places: Ints, orders: PendingOrders) -> None:
    """Whole baskets, where offers are recommended."""
    if state.pricing.book.recommend is None:
        return
    placed = np.flatnonzero(orders.status == Status.PLACED)
    terms, persons = state.pricing.book.recommend[0], batch.person[places[placed]]
    state.basket_feed.ordered(terms, orders.order[placed], persons, orders.offer[placed])


def _remember_shoppers(state: State, batch: Batch, places: Ints, orders: PendingOrders) -> None:
    """Who bought what, of those who agreed to personal prices."""
    persons = batch.person[places]
    if not persons.any():
        return
    known = np.flatnonzero((persons != 0) & (orders.status == Status.PLACED))
    bought = orders.take(known)
    texts, usual = batch.texts, USUAL_SEGMENT
    segments = [texts[i] if i >= 0 else usual for i in batch.segment[places[known]].tolist()]
    columns = (column.tolist() for column in (bought.units, bought.price, bought.time))
    lines = zip(bought.offer.tolist(), persons[known].tolist(), segments, *columns, strict=True)
    state.pricing.shoppers.bought([Line(*line) for line in lines])
