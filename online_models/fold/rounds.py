"""One round: events that decisions read, of every SKU at most one, taken together.

Each stage is one room's work, in the order in which they need each other: the shop takes what the
events say, the demand models and the pricer meet what is new, the windows note what is shown; then
prices are decided, and the windows note what is shown from now on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from online_models.fold.decide import Placed, decide, update_competitor_signals, update_signals
from online_models.fold.facts import HANDLERS
from online_models.fold.facts.fact import FactEffect
from online_models.fold.facts.products import opened
from online_models.fold.lookup import Lookup
from online_models.fold.on_sale import list_offers
from online_models.fold.quotes import await_tick, quotes_at, take_quotes
from online_models.fold.state import State
from online_models.journal.batch import Batch, Kind
from online_models.windows.signals import Signal

Ints = NDArray[np.int64]
#: (place, what it leads to) of a record of a slow topic.
Effects = Sequence[tuple[int, FactEffect]]
#: A pseudo-event among the offer rows of a round: no order or click, but the event of its kind.
NO_OFFER = -1


def fold_round(
    state: State, batch: Batch, lookup: Lookup, now: Ints, chosen: tuple[Ints, Ints, Ints]
) -> list[Placed]:
    """Fold events at distinct SKUs: places, SKU rows, and the offer that an order or a click shows
    for the first time (else NO_OFFER), each (n,). `now`, (len(batch),), is the clock at each event.
    """
    places, skus, offers = chosen
    quoted = (offers == NO_OFFER) & (batch.kind[places] == Kind.COMPETITOR_PRICE)
    quotes = _competitor_prices(state, batch, lookup, now, places[quoted], skus[quoted])
    concerned, at = _decided_now(state, *quotes, now)
    on_sale: dict[int, int] = {}
    early: list[tuple[int, FactEffect]] = []
    late: list[int] = []
    rest = zip(*(part[~quoted].tolist() for part in chosen), strict=True)
    for place, sku, offer in rest:
        if offer != NO_OFFER:
            if _puts_on_sale(state, sku, offer):
                on_sale[offer] = place
        elif HANDLERS[batch.facts[batch.detail[place]].topic].of_prices:
            late.append(place)
        else:
            early.append((place, _effect(state, batch, place, int(now[place]))))
    for place, effect in early:
        on_sale |= dict.fromkeys(effect.on_sale, place)
    listed = _meet(state, batch, now, early, on_sale)
    effects = early + [(place, _effect(state, batch, place, int(now[place]))) for place in late]
    rows = [*concerned, *(row for _, effect in effects for row in effect.rows.tolist()), *listed]
    decided_at = [*at, *(place for place, effect in effects for _ in effect.rows), *listed.values()]
    _note_shown(state, now, effects, listed)
    update_competitor_signals(state, np.array(concerned, dtype=np.int64), now[at])
    placed = [(place, output) for place, effect in effects for output in effect.outputs]
    if rows:
        where = np.array(decided_at, dtype=np.int64)
        # in the order of the journal, in which breakers count
        order = np.argsort(where, kind="stable")
        offers, where = np.array(rows, dtype=np.int64)[order], where[order]
        placed += decide(state, batch, offers, now[where], where)
    return placed


def fold_barrier_fact(state: State, batch: Batch, now: int, place: int) -> list[Placed]:
    """Fold a record that concerns any SKU at `now` (ms)."""
    effect = _effect(state, batch, place, now)
    placed = [(place, output) for output in effect.outputs]
    rows = effect.rows[state.catalogue.offers.listed[effect.rows]]
    if len(rows):
        places = np.full(len(rows), place, dtype=np.int64)
        placed += decide(state, batch, rows, np.full(len(rows), now, dtype=np.int64), places)
    return placed


def _effect(state: State, batch: Batch, place: int, now: int) -> FactEffect:
    fact = batch.facts[batch.detail[place]]
    return HANDLERS[fact.topic].apply(state, fact, now)


def _competitor_prices(
    state: State, batch: Batch, lookup: Lookup, now: Ints, places: Ints, skus: Ints
) -> tuple[list[int], list[int]]:
    """The offers that competitors' prices concern, and the place of the price of each."""
    if not len(places):
        return [], []
    places, quotes = quotes_at(state, batch, lookup, places, skus)
    offers, at = take_quotes(state, quotes, places, now)
    return offers.tolist(), at.tolist()


def _decided_now(
    state: State, rows: list[int], places: list[int], now: Ints
) -> tuple[list[int], list[int]]:
    """Those of the offers that a competitor's price concerns which it may move at once."""
    if not rows or not state.settings.pricing.imagined:
        return rows, places
    offers = np.array(rows, dtype=np.int64)
    waits = await_tick(state, offers, now[places])
    moved = (~waits).nonzero()[0].tolist()
    return [rows[i] for i in moved], [places[i] for i in moved]


def _puts_on_sale(state: State, sku: int, offer: int) -> bool:
    """Whether an order or a click puts an offer on sale: on a channel that the merchant names."""
    listing = state.listing
    listing.seen[offer] = True
    skus = state.catalogue.skus
    sold = bool(skus.known[sku]) and not skus.retired[sku] and not listing.withheld[offer]
    if not sold or state.catalogue.offers.listed[offer]:
        return False
    return bool(listing.declared[offer]) or opened(state, sku, state.catalogue.offer_name(offer)[1])


def _meet(
    state: State, batch: Batch, now: Ints, effects: Effects, on_sale: dict[int, int]
) -> dict[int, int]:
    """Let the demand models and the pricer meet what is new or gone.

    `on_sale`: offer row → place of the event that lists it. Returns those that are listed now:
    while nothing has moved the clock, they wait, and their history starts with the first event that
    does.
    """
    price = state.catalogue.offers.catalogue_price
    for _, effect in effects:
        if effect.description is not None:
            what = effect.description
            state.demand.deep.describe_product(*what, price[list(what.rows)])
    for place, effect in effects:
        gone, back = (np.array(part, np.int64) for part in (effect.off_sale, effect.returned))
        for row in gone.tolist():
            state.waiting.pop(row, None)
        if len(gone) and state.clock.running:
            state.pricing.catalogue_changed(gone, int(now[place]))
        if len(back):
            state.pricing.appear(back, price[back], int(now[place]))
    if not state.clock.running:
        for row, place in on_sale.items():
            source = batch.sources[batch.source[place]]
            state.waiting[row] = source.topic_name, source.partition, int(batch.offset[place])
        return {}
    listed: dict[int, int] = {}
    moments = {row: int(now[place]) for row, place in on_sale.items()}
    for moment in sorted(dict.fromkeys(moments.values())):
        rows = sorted(row for row, at in moments.items() if at == moment)
        list_offers(state, np.array(rows, dtype=np.int64), moment)
        listed |= {row: on_sale[row] for row in rows}
    return listed


def _note_shown(state: State, now: Ints, effects: Effects, listed: Mapping[int, int]) -> None:
    """Let the windows note what is shown before anything is decided."""
    shown = dict(listed)
    for place, effect in effects:
        shown |= dict.fromkeys([*effect.off_sale, *effect.shown], place)
        for row, price in effect.reported_price.items():
            # this is what the shop shows, whatever was decided since
            at, instant = np.array([row]), now[place : place + 1]
            state.windows.put(at, instant, Signal.PRICE, np.array([[float(price)]]))
            state.windows.put(at, instant, Signal.DRAWN, np.zeros((1, 2)))
    if shown and state.clock.running:
        places = np.array(list(shown.values()))
        update_signals(state, np.array(list(shown), dtype=np.int64), now[places])
