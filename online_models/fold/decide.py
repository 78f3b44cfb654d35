"""Prices are decided, and what is shown from now on is noted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.state import State
from online_models.journal.batch import Batch
from online_models.journal.outputs import Output
from online_models.numerics.arrays import filled
from online_models.numerics.masks import anywhere
from online_models.pricing import decide as pricer
from online_models.pricing.shown import imagined, promotion_shown, shown_price
from online_models.pricing.state.causes import Causes
from online_models.pricing.state.promotions import NONE, Promoted
from online_models.shop.catalogue import NEVER
from online_models.shop.quotes import Quotes, summary
from online_models.windows.signals import ATTRIBUTES, WIDTH, Signal

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
#: A promotion's attribute beyond is no feature of demand, and would drown all others.
LARGEST_ATTRIBUTE = 1e6
_PROMOTING = [Signal.PROMOTED, Signal.DEPTH, *range(Signal.ATTRIBUTE, WIDTH)]
#: Signals that hold from the shop's word on; the rest from the decision on.
_CONFIRMED = [Signal.PRICE, Signal.DRAWN, Signal.DEVIATION]
_SHOWN = [*_CONFIRMED, Signal.ON_SALE, Signal.AVAILABLE, *_PROMOTING]


def update_signals(state: State, rows: Ints, now: Ints) -> None:
    """Bring the signals of distinct offers in line with what is in force at `now`; all rest off
    sale.

    A price is in force from its decision on, or, where the shop acknowledges, once it has.
    """
    if not len(rows):
        return
    found = _promotions(state, rows, now)
    deviation, unmet = state.pricing.deviation(rows), imagined(state.pricing, rows)
    drawn = ~(np.isnan(deviation) | unmet)
    shown = np.empty((len(rows), len(_SHOWN)))
    shown[:, 0] = shown_price(state.pricing, rows, found)
    shown[:, 1] = drawn
    shown[:, 2] = np.where(drawn, deviation, 0.0)
    waits = np.where(unmet, state.listing.acknowledged[rows], state.pricing.unconfirmed(rows))
    if anywhere(waits):
        before = state.windows.signals.value[rows[:, None], _CONFIRMED]
        waits &= before[:, 0] > 0.0
        shown[waits, : len(_CONFIRMED)] = before[waits]
    shown[:, 3] = 1.0
    shown[:, 4] = state.stock.on_hand[rows] != 0
    shown[:, 5:] = _seen(found)
    _put(state, rows, now, _SHOWN, shown, found)


def update_competitor_signals(state: State, rows: Ints, now: Ints) -> None:
    """Bring the signals of offers in line with the competitors' prices in force."""
    offers, oldest = state.catalogue.offers, now - state.settings.pricing.competitor_memory_ms
    if len(rows) and state.competitors.entries.size:
        quotes = Quotes.of(state.competitors, offers.sku[rows], offers.channel[rows])
        quoted = summary(quotes, oldest)
        state.windows.put(rows, now, Signal.COMPETITOR, quoted)


def _promotions(state: State, rows: Ints, now: Ints) -> Promoted:
    """The promotions at `now`, once those that began or ended before have done so."""
    turn = state.listing.promotion_change_ms[rows]
    if not anywhere(turn < NEVER) and not state.pricing.promotions.concern(rows):
        n = len(rows)
        nothing = np.zeros(n), np.zeros(n), np.zeros((n, ATTRIBUTES))
        return Promoted(*nothing, filled(n, NONE, np.int32), turn)
    # the shop learns its prices by decisions: they are shown from those on
    while anywhere(passed := turn < now):
        some, at = rows[passed], turn[passed]
        found = promotion_shown(state.pricing, some, at)
        _put(state, some, at, _PROMOTING, _seen(found), found)
        turn = state.listing.promotion_change_ms[rows]
    return promotion_shown(state.pricing, rows, now)


def _seen(found: Promoted) -> Floats:
    seen = np.empty((len(found.promoted), 2 + ATTRIBUTES))
    seen[:, 0], seen[:, 1] = found.promoted, found.depth
    seen[:, 2:] = np.minimum(np.maximum(found.attributes, -LARGEST_ATTRIBUTE), LARGEST_ATTRIBUTE)
    return seen


def _put(
    state: State, rows: Ints, at: Ints, columns: list[int], fresh: Floats, found: Promoted
) -> None:
    """From `at` on the signals in `columns` are `fresh`, (n, columns), but at rest off sale."""
    fresh *= state.catalogue.offers.listed[rows][:, None]
    state.listing.promotion_change_ms[rows] = found.boundary
    state.windows.put_changed(rows, at, columns, fresh, found.promotion)


#: An output with the place of the event that led to it.
Placed = tuple[int, Output]


def decide(
    state: State, batch: Batch, rows: Ints, now: Ints, places: Ints, causes: Causes | None = None
) -> list[Placed]:
    """Decide the prices of distinct offers at `now`, each at its place among the events, and where
    nothing else is said caused by the event there.
    """
    placed: list[Placed] = []
    if not state.settings.observe_only:
        at = places.tolist()
        decided = pricer.decide(state.pricing, rows, now, causes or caused(batch, places))
        placed = [(at[i], output) for i, output in decided]
    update_signals(state, rows, now)
    return placed


def caused(batch: Batch, places: Ints, timed: bool = False) -> Causes:
    """The events at these places as causes; `timed`: nothing but time has passed."""
    source = batch.source[places]
    partitions = np.array([source.partition for source in batch.sources] or [0], dtype=np.int64)
    return Causes(
        [source.topic_name for source in batch.sources],
        source.astype(np.int64),
        partitions[source],
        batch.offset[places],
        (np.ones if timed else np.zeros)(len(places), dtype=np.bool_),
    )
