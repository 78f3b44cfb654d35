"""Events between two barriers: sums first, then one round per event of the same SKU.

Every event finds the state that the events before it left, however the journal was cut: sums
(orders, clicks) are read at ticks only, and events that a decision reads (a competitor's price, a
product, a stock count) are taken in rounds, the first of each SKU together, then the second, and
so on. A round is one vectorised pass.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.catalogue import ALWAYS
from online_models.fold.batch import Batch, Kind
from online_models.fold.decide import Placed, decide
from online_models.fold.demand import add_clicks, add_orders
from online_models.fold.facts import HANDLERS
from online_models.fold.listing import bring_on_sale, show, show_rivals
from online_models.fold.lookup import Lookup
from online_models.fold.state import State

Ints = NDArray[np.int64]
#: A pseudo-event: the first order or click of an offer.
SEEN = -1


def run(state: State, batch: Batch, lookup: Lookup, now: Ints, low: int, high: int) -> list[Placed]:
    """Fold events [low, high) of a batch; `now` (shape (len(batch),)) is the clock at each."""
    kind = batch.kind[low:high]
    hot = np.flatnonzero((kind == Kind.ORDER) | (kind == Kind.CLICK)) + low
    first_seen = lookup.introduce(state, batch, hot, low, high)
    hot = hot[lookup.offer[hot] >= 0]
    events = _events(batch, lookup, kind, low, first_seen)
    placed: list[Placed] = []
    for chosen in _rounds(events):
        placed += _round(state, batch, lookup, now, chosen)
    if len(hot):
        orders = hot[batch.kind[hot] == Kind.ORDER]
        clicks = hot[batch.kind[hot] == Kind.CLICK]
        if len(orders):
            add_orders(state, batch, lookup, orders)
        if len(clicks):
            add_clicks(state, batch, lookup, clicks)
    placed.sort(key=_place)
    return placed


def _place(placed: Placed) -> int:
    return placed[0]


def _events(
    batch: Batch,
    lookup: Lookup,
    kind: NDArray[np.uint8],
    low: int,
    first_seen: list[tuple[int, int]],
) -> tuple[Ints, Ints, Ints]:
    """(place, SKU row, offer row or SEEN's complement) of what is taken in rounds, by place."""
    slow = np.flatnonzero((kind == Kind.RIVAL) | (kind == Kind.FACT)) + low
    slow = slow[~lookup.refused[slow]]
    skus = lookup.sku_rows[batch.sku[slow]]
    offers = np.full(len(slow), SEEN, dtype=np.int64)
    if first_seen:
        places, rows = (np.array(part, dtype=np.int64) for part in zip(*first_seen, strict=True))
        slow = np.concatenate([slow, places])
        skus = np.concatenate([skus, lookup.sku_rows[batch.sku[places]]])
        offers = np.concatenate([offers, rows])
        order = np.argsort(slow, kind="stable")
        slow, skus, offers = slow[order], skus[order], offers[order]
    return slow, skus, offers


def _rounds(events: tuple[Ints, Ints, Ints]) -> list[tuple[Ints, Ints, Ints]]:
    """Split events into rounds in which every SKU comes at most once."""
    places, skus, offers = events
    if not len(places):
        return []
    order = np.argsort(skus, kind="stable")
    ordered = skus[order]
    starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    if len(starts) == len(skus):
        return [events]
    counts = np.diff(np.append(starts, len(skus)))
    rank = np.empty(len(skus), dtype=np.int64)
    rank[order] = np.arange(len(skus)) - np.repeat(starts, counts)
    by_rank = np.argsort(rank, kind="stable")
    cuts = np.flatnonzero(np.diff(rank[by_rank])) + 1
    return [(places[part], skus[part], offers[part]) for part in np.split(by_rank, cuts)]


def _round(
    state: State, batch: Batch, lookup: Lookup, now: Ints, chosen: tuple[Ints, Ints, Ints]
) -> list[Placed]:
    placed: list[Placed] = []
    rows: list[int] = []
    places: list[int] = []
    rivalled: list[int] = []
    rivalled_places: list[int] = []
    on_sale: dict[int, int] = {}
    shown: dict[int, int] = {}
    columns = zip(*(part.tolist() for part in chosen), strict=True)
    kinds = batch.kind[chosen[0]].tolist()
    for (place, sku, offer), kind in zip(columns, kinds, strict=True):
        if offer != SEEN:
            concerned = []
            if _first_sight(state, sku, offer):
                on_sale[offer] = place
        elif kind == Kind.RIVAL:
            concerned = _rival(state, batch, lookup, place, sku)
            rivalled += concerned
            rivalled_places += [place] * len(concerned)
        else:
            fact = batch.facts[batch.detail[place]]
            effect = HANDLERS[fact.topic].apply(state, fact, int(now[place]))
            placed += [(place, output) for output in effect.outputs]
            concerned = effect.rows.tolist()
            on_sale |= dict.fromkeys(effect.on_sale, place)
            shown |= dict.fromkeys(effect.shown, place)
        rows += concerned
        places += [place] * len(concerned)
    if shown:
        moments = now[np.array(list(shown.values()))]
        show(state, np.array(list(shown), dtype=np.int64), moments)
    if on_sale:
        fresh = _bring_on_sale(state, batch, on_sale, now)
        rows += fresh
        places += [on_sale[row] for row in fresh]
    if rivalled:
        at = now[np.array(rivalled_places)]
        show_rivals(state, np.array(rivalled, dtype=np.int64), at)
    if rows:
        where = np.array(places, dtype=np.int64)
        placed += decide(state, batch, np.array(rows, dtype=np.int64), now[where], where)
    return placed


def _bring_on_sale(state: State, batch: Batch, on_sale: dict[int, int], now: Ints) -> list[int]:
    """List offers at the places of their events; returns those to decide.

    While nothing has told the time, they wait: their history starts with the first event that does.
    """
    if not state.clock.running:
        for row, place in on_sale.items():
            topic, partition = batch.sources[batch.source[place]]
            state.waiting[row] = topic, partition, int(batch.offset[place])
        return []
    rows = np.array(list(on_sale), dtype=np.int64)
    moments = now[list(on_sale.values())]
    fresh: list[int] = []
    for moment in np.unique(moments).tolist():
        fresh += bring_on_sale(state, rows[moments == moment].tolist(), moment).tolist()
    return fresh


def _first_sight(state: State, sku: int, offer: int) -> bool:
    """Whether an order or a click, which shows that an offer exists, puts it on sale."""
    listing = state.listing
    listing.seen[offer] = True
    skus = state.catalogue.skus
    sold = bool(skus.known[sku]) and not skus.retired[sku] and not listing.barred[offer]
    return sold and not state.catalogue.offers.listed[offer]


def _rival(state: State, batch: Batch, lookup: Lookup, place: int, sku: int) -> list[int]:
    """Take down a competitor's price; returns the offers that it concerns."""
    catalogue, book = state.catalogue, state.rivals.entries
    if not lookup.right_currency(state, batch, place, sku):
        state.count("currency_mismatch")
        return []
    text = int(batch.channel[place])
    channel = -1 if text < 0 else lookup.channel_row(state, text)
    row = state.rivals.entry(sku, batch.texts[batch.detail[place]], channel)
    time = batch.time[place]
    if time < book.time[row]:
        state.count("out_of_order_rival")
        return []
    if not book.own[row] and _held_back(state, row, int(batch.amount[place])):
        if batch.flag[place] and book.time[row] != ALWAYS:
            return []
        # sold out is sold out, whatever the price; at first sight there is no other to go by
        book.in_stock[row] = False
    else:
        book.price[row] = batch.amount[place]
        book.shipping[row] = batch.extra[place]
        book.in_stock[row] = batch.flag[place]
        book.confidence_ppm[row] = batch.confidence[place]
    book.time[row] = time
    offers = catalogue.offers
    return [
        offer
        for offer in catalogue.sku_offers[sku]
        if offers.listed[offer] and channel in (-1, offers.channel[offer])
    ]


def _held_back(state: State, row: int, price: int) -> bool:
    """Whether a competitor's price must be confirmed before it counts."""

    def own(sku: int) -> list[int]:
        state.pricing.grow()
        listed, price = state.catalogue.offers.listed, state.pricing.ledger.price
        rows = [row for row in state.catalogue.sku_offers[sku] if listed[row]]
        return [price.item(row) for row in rows if price.item(row) > 0]

    return state.cleaning.holds_rival(state.rivals, row, price, own)
