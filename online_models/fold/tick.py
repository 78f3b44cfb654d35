"""Time moves on: stock settles, windows close and are learnt, and what has come due is decided.

Room by room, each once: the shop, the windows, the demand models, the pricer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.demand.inputs.observations import Observations
from online_models.demand.records.elasticities import elasticity_records
from online_models.fold.alerts import anomalies, counted, models, note_unapplied
from online_models.fold.decide import (
    Placed,
    caused,
    decide,
    update_competitor_signals,
    update_signals,
)
from online_models.fold.observation_records import observation_records
from online_models.fold.on_sale import start_clock
from online_models.fold.quoting import tell_moved
from online_models.fold.recommending import recommend
from online_models.fold.shadow import settle_shadow
from online_models.fold.state import State
from online_models.fold.sums import count, judge
from online_models.journal.batch import FORCED, Batch
from online_models.journal.outputs import Output
from online_models.pricing.coordination.shared_stock import value_units
from online_models.pricing.personal.feeding import credit, watch
from online_models.pricing.personal.feeding import new_day as new_day_of_discounts
from online_models.pricing.personal.reviews import review
from online_models.pricing.quantity_breaks.offers import new_day as quantity_breaks_of_day
from online_models.pricing.shown import imagined
from online_models.pricing.suggestions.own_stock import pass_day
from online_models.shop.catalogue import NEVER
from online_models.windows.demand_windows import ClosedWindow
from online_models.windows.observing import ClosedWindows, observe
from online_models.windows.price_evidence import Belief
from online_models.windows.signals import Signal
from schemas.values.instants import DAY

Ints = NDArray[np.int64]


def tick(state: State, batch: Batch, place: int) -> list[Placed]:
    """Fold the tick at `place`."""
    clock = state.clock
    started = clock.running
    clock.tick(int(batch.time[place]), int(batch.flag[place]) == FORCED)
    now = clock.now
    new_day, state.day = now // DAY != state.day, now // DAY
    new = np.zeros(0, dtype=np.int64) if started else start_clock(state, now)
    settle_shadow(state, np.arange(state.catalogue.offers.size), now)
    # the shop
    judged = judge(state)
    ended = _retire_ended(state, now)
    stocked = state.stock.settle()
    state.cleaning.settle(now, state.pricing.ledger.price)
    warnings = anomalies(state, now)
    # the windows
    if len(ended):
        state.pricing.catalogue_changed(ended, now)
    count(state, judged)
    listed = stocked[state.catalogue.offers.listed[stocked]]
    _note_shown(state, np.concatenate([new, ended, listed]), now)
    closed = _close(state)
    if new_day:
        _choose_lengths(state, now)
        state.demand.leave(now)
    # the demand models
    outputs, learnt = _learn(state, closed)
    if new_day and not state.settings.observe_only:
        outputs += _daily(state, now)
    outputs += counted(state, now) + models(state, now) + warnings
    # the pricer
    for observations in learnt:
        state.pricing.sold(observations.offer, observations.units, observations.price)
        credit(state.pricing, observations.offer, observations.units, observations.price)
    state.pricing.model_version = state.demand.version
    watch(state.pricing)
    state.pricing.settle(now)
    if new_day:
        pass_day(state.pricing.state, now)
        new_day_of_discounts(state.pricing)
    outputs += state.pricing.watch(now)
    outputs += state.desk.settle(now)
    if new_day and not state.settings.observe_only:
        value_units(state.pricing, now)
        outputs += quantity_breaks_of_day(state.pricing, now)
        state.pricing.state.trade.contracts.prune(now)
    placed = [(place, output) for output in outputs]
    concerned = [observations.offer for observations in learnt]
    rows = np.unique(np.concatenate([new, stocked, *concerned, state.pricing.due(now)]))
    listed_now = state.catalogue.offers.listed
    placed += _decide(state, batch, place, rows[listed_now[rows]])
    # what must not undercut a price that has just risen
    woken = np.setdiff1d(state.pricing.due(now), rows)
    placed += _decide(state, batch, place, woken[listed_now[woken]])
    # who recommends, quotes or makes an offer knows the prices by now
    if not state.settings.observe_only:
        placed += [(place, output) for output in tell_moved(state, now)]
        part = state.settings.partition, state.settings.partitions
        placed += [(place, output) for output in recommend(state, now)]
        placed += [(place, output) for output in review(state.pricing, now, part)]
    return placed


def _retire_ended(state: State, now: int) -> Ints:
    """Retire the products whose `ends_at` has come, as a tombstone would; returns their offers,
    which are off sale.
    """
    skus, offers = state.catalogue.skus, state.catalogue.offers
    if int(skus.ends_at.min(initial=NEVER)) > now:
        return np.zeros(0, dtype=np.int64)
    over = skus.ends_at <= now
    skus.ends_at[over] = NEVER
    skus.retired[over] = True
    state.catalogue.version += 1
    rows = np.flatnonzero(offers.listed & over[offers.sku])
    offers.listed[rows] = False
    return rows


def _note_shown(state: State, rows: Ints, now: int) -> None:
    """What is shown at offers that changed, and where promotions begin and end, whether or not the
    price that follows is decided now.
    """
    turned = np.flatnonzero(state.listing.promotion_change_ms <= now)
    rows = np.unique(np.concatenate([rows, turned]))
    update_signals(state, rows, np.full(len(rows), now, dtype=np.int64))


def _close(state: State) -> list[tuple[ClosedWindow, ClosedWindows]]:
    """Close what is over; only windows in which something was on sale or seen are of interest."""
    forgotten = state.windows.forgotten
    closed: list[tuple[ClosedWindow, ClosedWindows]] = []
    over = list(state.windows.close(state.clock.watermark))
    belief = _belief(state)
    for place, window in enumerate(over):
        alike = [w.sums for w in over[place + 1 :] if w.length_ms == window.length_ms]
        later = alike + state.windows.open_sums(window.length_ms)
        seen, contradictions = observe(window, later, state.listing, state.price_evidence, belief)
        note_unapplied(state, contradictions)
        if len(seen.offer):
            state.sales_speed.learn(seen)
            closed.append((window, seen))
    if state.windows.forgotten != forgotten:
        state.order_log.forget(state.windows.forgotten)
    return closed


def _belief(state: State) -> Belief:
    """What is believed of prices, before orders and clicks are asked."""
    ledger, offers = state.pricing.ledger, state.catalogue.offers
    acknowledged = state.listing.acknowledged
    price = state.windows.signals.value[:, Signal.PRICE]
    return Belief(
        acknowledged,
        ~acknowledged & (ledger.revision > 0) & ~imagined(state.pricing, np.arange(offers.size)),
        np.where(price > 0.0, price, np.nan),
        ledger.reference_price,
        offers.channel,
        len(state.catalogue.channel_names),
    )


def _choose_lengths(state: State, now: int) -> None:
    """From the next midnight on count by the hour what is fast, or whose policy says so."""
    wishes = state.pricing.book.window_wishes
    by_offer = wishes[state.pricing.ledger.policy] if wishes.any() else None
    state.sales_speed.choose(state.windows, by_offer, now)


def _learn(
    state: State, closed: list[tuple[ClosedWindow, ClosedWindows]]
) -> tuple[list[Output], list[Observations]]:
    """Learn closed windows, one after the other; returns their records, and what was learnt."""
    outputs: list[Output] = []
    learnt = []
    for window, seen in closed:
        observations = Observations.of(**seen._asdict())
        report = state.demand.learn(observations)
        if state.on_learnt is not None:
            state.on_learnt(observations, report)
        outputs += observation_records(
            observations,
            report,
            window.sums,
            state.catalogue,
            state.stock,
            state.pricing.promotion_ids,
            state.pricing.attribute_names,
        )
        state.drift_reports.add(observations.offer[report.drifted])
        learnt.append(observations)
    return outputs, learnt


def _daily(state: State, now: int) -> list[Output]:
    """What is said once a day: at the first tick of a UTC day."""
    outputs = elasticity_records(
        state.elasticities, state.demand, state.catalogue, state.evidence, now
    )
    state.notices += state.drift_reports.due(state.demand, state.catalogue, now)
    if state.settings.partitions > 1:
        outputs += state.evidence.announce(state.catalogue, state.demand, now)
    return outputs


def _decide(state: State, batch: Batch, place: int, rows: Ints) -> list[Placed]:
    if not len(rows):
        return []
    at = np.full(len(rows), state.clock.now, dtype=np.int64)
    places = np.full(len(rows), place, dtype=np.int64)
    update_competitor_signals(state, rows, at)
    return decide(state, batch, rows, at, places, caused(batch, places, timed=True))
