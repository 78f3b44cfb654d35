"""Judged orders and clicks are counted in the windows in which they happened."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.journal.batch import Action, Status
from online_models.windows.demand_windows import DemandWindows
from online_models.windows.order_log import NONE, OrderLog, keys
from online_models.windows.pending_events import PendingClicks, PendingOrders

Ints = NDArray[np.int64]


class CountedOrders(NamedTuple):
    """Order lines, (n,): the units of each that are no measure of demand (those that a correction
    takes back are negative), and whether its price is believed.
    """

    orders: PendingOrders
    excess: Ints
    priced: NDArray[np.bool_]


class CountedClicks(NamedTuple):
    """Clicks, (n,): how many of each are a bot's, and whether the price shown is believed."""

    clicks: PendingClicks
    ignored: Ints
    priced: NDArray[np.bool_]


def count_orders(windows: DemandWindows, log: OrderLog, judged: CountedOrders) -> int:
    """Count order lines; returns how many corrections found no order in an open window."""
    places = np.flatnonzero(judged.orders.status == Status.PLACED)
    placed, late = judged.orders.take(places), 0
    ids = windows.ids(placed.offer, placed.time)
    paid = np.where(judged.priced[places], placed.units, 0)
    windows.add(
        placed.offer,
        ids,
        units=placed.units,
        excess=judged.excess[places],
        lines=np.ones(len(places), dtype=np.int64),
        paid=paid,
        revenue=paid.astype(np.float64) * placed.price,
    )
    public = placed.public & judged.priced[places]
    windows.note_paid(placed.offer[public], ids[public], placed.price[public])
    inside = ids >= 0
    orders, rows, ids = placed.order[inside], placed.offer[inside], ids[inside]
    if len(places) < len(judged.priced):
        late = _correct(windows, log, judged, (places[inside], keys(orders, rows), ids))
    log.append(orders, rows, ids)
    return late


def _correct(
    windows: DemandWindows, log: OrderLog, judged: CountedOrders, before: tuple[Ints, Ints, Ints]
) -> int:
    """Take cancelled or returned units out of the window in which they were counted.

    `before`: (places, keys, windows) of the orders placed among those that waited; a correction
    finds those before it, and none after.
    """
    places = np.flatnonzero(judged.orders.status != Status.PLACED)
    lines = judged.orders.take(places)
    ids = log.windows(lines.order, lines.offer)
    placed, known, fell_into = before
    wanted = keys(lines.order, lines.offer)
    for i in np.flatnonzero(np.isin(wanted, known)).tolist():
        earlier = np.flatnonzero((known == wanted[i]) & (placed < places[i]))
        if len(earlier):
            ids[i] = fell_into[earlier[-1]]
    ids = windows.still_open(ids)
    windows.add(lines.offer, ids, units=-lines.units, excess=judged.excess[places])
    return int(np.count_nonzero(ids == NONE))


def count_clicks(windows: DemandWindows, judged: CountedClicks) -> None:
    """Count clicks."""
    clicks = judged.clicks
    believed = np.where(judged.priced, clicks.number - judged.ignored, 0)
    viewed = clicks.action == Action.VIEW
    windows.add(
        clicks.offer,
        windows.ids(clicks.offer, clicks.time),
        views=np.where(viewed, clicks.number, 0),
        ignored=np.where(viewed, judged.ignored, 0),
        carts=np.where(clicks.action == Action.CART, clicks.number, 0),
        quotes=believed,
        quoted=believed.astype(np.float64) * clicks.price,
    )
