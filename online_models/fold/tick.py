"""Time moves on: stock settles, windows close and are learnt, and what has come due is decided."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.alerts import anomalies, counted, models
from online_models.fold.daily import daily
from online_models.fold.decide import Placed, caused, decide
from online_models.fold.listing import (
    retire_ended,
    start_clock,
    update_competitor_signals,
    update_signals,
)
from online_models.fold.state import State
from online_models.journal.batch import FORCED, Batch
from online_models.journal.outputs import Output
from online_models.windows.observation_records import observation_records
from online_models.windows.observing import observe

Ints = NDArray[np.int64]


def tick(state: State, batch: Batch, place: int) -> list[Placed]:
    """Fold the tick at `place`."""
    clock = state.clock
    started = clock.running
    clock.tick(int(batch.time[place]), int(batch.flag[place]) == FORCED)
    now = clock.now
    outputs: list[Output] = []
    due = [] if started else [start_clock(state, now)]
    retire_ended(state, now)
    due.append(state.stock.settle())
    _update_listed(state, due[-1], now)
    _change_promotions(state, now)
    state.pricing.settle(now)
    state.cleaning.settle(now, state.pricing.shown_price)
    due.append(_close(state, outputs))
    outputs += daily(state, now)
    due.append(state.pricing.due(now))
    rows = np.unique(np.concatenate(due))
    rows = rows[state.catalogue.offers.listed[rows]]
    outputs += counted(state, now) + models(state, now) + anomalies(state, now)
    outputs += state.pricing.watch(now)
    placed = [(place, output) for output in outputs]
    if len(rows):
        at = np.full(len(rows), now, dtype=np.int64)
        update_competitor_signals(state, rows, at)
        places = np.full(len(rows), place, dtype=np.int64)
        placed += decide(state, batch, rows, at, places, caused(batch, places, timed=True))
    return placed


def _update_listed(state: State, rows: Ints, now: int) -> None:
    listed = rows[state.catalogue.offers.listed[rows]]
    if len(listed):
        update_signals(state, listed, np.full(len(listed), now, dtype=np.int64))


def _change_promotions(state: State, now: int) -> None:
    """Promotions begin and end, whether or not the price that follows is decided now."""
    rows = np.flatnonzero(state.listing.turn <= now)
    if len(rows):
        update_signals(state, rows, np.full(len(rows), now, dtype=np.int64))


def _fed(state: State) -> NDArray[np.bool_]:
    """Mask of the offers whose price feed is known: it was published or acknowledged."""
    acknowledged_or_published = state.listing.told.copy()
    if not state.settings.pricing.imagined:
        changed = state.pricing.ledger.revision > 0
        acknowledged_or_published[: len(changed)] |= changed
    return acknowledged_or_published


def _close(state: State, outputs: list[Output]) -> Ints:
    """Close windows, learn from them, publish them; returns the offers concerned."""
    concerned = [np.zeros(0, dtype=np.int64)]
    forgotten = state.windows.forgotten
    for closed in state.windows.close(state.clock.watermark):
        observations = observe(closed, state.listing, _fed(state))
        if not len(observations):
            continue
        state.sales_speed.learn(observations)
        report = state.demand.learn(observations)
        state.pricing.model_version = state.demand.version
        state.pricing.sold(observations.offer, observations.units, observations.price)
        if state.on_learnt is not None:
            state.on_learnt(observations, report)
        outputs += observation_records(
            observations,
            report,
            closed.sums,
            state.catalogue,
            state.stock,
            state.pricing.promotion_ids,
            state.pricing.attribute_names,
        )
        state.drift_reports.add(observations.offer[report.drifted])
        concerned.append(observations.offer)
    if state.windows.forgotten != forgotten:
        state.order_log.forget(state.windows.forgotten)
    return np.concatenate(concerned)
