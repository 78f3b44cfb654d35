"""Warns of shelves that will be empty before more arrives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.journal.outputs import Output
from online_models.pricing.decision.resolve import Resolved
from online_models.pricing.profit.objective import SellingSpan, outlook
from online_models.pricing.records.alerts import alert
from schemas.values.instants import DAY

Placed = tuple[int, Output]


def stockouts(resolved: Resolved, published: NDArray[np.intp]) -> list[Placed]:
    """`stockout_ahead` for published decisions whose stock will not last at the price in force.

    It has to last until the next arrival, or for the setting `stockout_horizon_ms` where none is
    announced. Said once, until it lasts again.
    """
    known = published[resolved.context.on_hand[published] > 0]
    if not len(known):
        return []
    context = resolved.context.reread(known)
    state, ledger, rows = context.state, context.state.ledger, context.rows
    days = np.full(len(known), state.settings.stockout_horizon_ms / DAY)
    for place, row in enumerate(rows.tolist()):
        coming = [at for _, at in state.stock.inbound(row) if at > context.now[place]]
        if coming:
            days[place] = (min(coming) - context.now[place]) / DAY
    price = ledger.price[rows].astype(np.float64)
    units = outlook(context, price, SellingSpan(days, np.full(len(known), np.inf)), False).units
    short = units > context.on_hand
    fresh = np.flatnonzero(short & ~ledger.stockout_reported[rows])
    ledger.stockout_reported[rows] = short
    found: list[Placed] = []
    for place in fresh.tolist():
        stock, demand = int(context.on_hand[place]), float(units[place])
        message = f"{stock} units in stock, {demand:.0f} expected to sell in {days[place]:.1f} days"
        details = {"on_hand": stock, "expected_units": float(f"{demand:.6g}")}
        row, now = int(rows[place]), int(context.now[place])
        warning = alert(state.catalogue, row, "stockout_ahead", "warning", message, now, details)
        found.append((int(known[place]), warning))
    return found
