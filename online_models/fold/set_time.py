"""Time is set right, by an order of the operator: the way back from a clock that ran ahead.

An instant of the past that is later than the new time would hold for ever: a count that no later
one replaces, a competitor's price that never grows old, a cooldown that never ends. Each becomes
the new time. What was learnt, counted and published stays.
"""

from __future__ import annotations

import numpy as np

from online_models.fold import alerts
from online_models.fold.state import State
from online_models.journal.outputs import Output
from online_models.shop.catalogue import ALWAYS
from schemas.records.pricing_control import SetTime
from schemas.values.instants import DAY, to_text


def set_time(state: State, order: SetTime) -> list[Output]:
    """Set the time; what is on sale is decided anew at the next tick. Returns an alert, of one of
    the shop's partitions.
    """
    before, now = state.clock.now, order.to
    state.clock.set(now)
    state.day = now // DAY
    state.progress.set_back(now)
    state.competitors.set_back(now)
    state.stock.set_back(now)
    state.cleaning.set_back(now)
    state.pricing.set_back(now)
    state.desk.set_back(now)
    state.basket_feed.set_back(now)
    state.recommendations.set_back(now)
    state.windows.set_back(now)
    state.price_evidence.set_back(now)
    turns = state.listing.promotion_change_ms
    np.minimum(turns, now, out=turns)
    due = state.pricing.ledger.due
    due[state.catalogue.offers.listed[: len(due)]] = now
    if not state.settings.speaks_for_shop:
        return []
    was = "before any" if before == ALWAYS else f"from {to_text(before)}"
    message = f"{order.actor} set the time to {to_text(now)}, {was}: {order.reason}"
    details = {"actor": order.actor, "reason": order.reason, "to": to_text(now)}
    return [alerts.alert("time_set", message, now, details, "info")]
