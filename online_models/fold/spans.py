"""Events between two barriers: sums first, then one round per event of the same SKU.

Every event finds the state that the events before it left, however the journal was cut: sums
(orders, clicks) wait until the next barrier, the first to read them, and events that a decision
reads (a competitor's price, a product, a stock count) are taken in rounds, the first of each SKU
together, then the second, and so on. A round is one vectorised pass.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from online_models.fold import asked
from online_models.fold.decide import Placed, decide
from online_models.fold.demand import MOST_WAITING, flush, take_clicks, take_orders
from online_models.fold.facts import HANDLERS
from online_models.fold.listing import list_offers, update_competitor_signals, update_signals
from online_models.fold.lookup import Lookup
from online_models.fold.state import State
from online_models.journal.batch import Batch, Kind

Ints = NDArray[np.int64]
#: A pseudo-event: the first order or click of an offer.
SEEN = -1


def run(state: State, batch: Batch, lookup: Lookup, now: Ints, low: int, high: int) -> list[Placed]:
    """Fold events [low, high) of a batch; `now` (shape (len(batch),)) is the clock at each."""
    kind = batch.kind[low:high]
    hot = (kind <= Kind.CLICK).nonzero()[0] + low
    first_seen = lookup.introduce(state, batch, hot, low, high)
    placed: list[Placed] = []
    if first_seen or len(hot) < high - low:
        for chosen in _rounds(_events(batch, lookup, kind, low, first_seen)):
            placed += _round(state, batch, lookup, now, chosen)
    hot = hot[lookup.offer[hot] >= 0]
    if len(hot):
        orders = hot[batch.kind[hot] == Kind.ORDER]
        clicks = hot[batch.kind[hot] == Kind.CLICK]
        if len(orders):
            take_orders(state, batch, lookup, orders)
        if len(clicks):
            take_clicks(state, batch, lookup, clicks)
        if len(state.pending) >= MOST_WAITING:
            flush(state)
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
    slow = (kind >= Kind.COMPETITOR_PRICE).nonzero()[0] + low
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
    if len(places) <= 1:
        return [events] if len(places) else []
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
    concerned_offers: list[int] = []
    concerned_places: list[int] = []
    on_sale: dict[int, int] = {}
    shown: dict[int, int] = {}
    columns = [part.tolist() for part in chosen]
    events = zip(*columns, batch.kind[chosen[0]].tolist(), strict=True)
    # in their order: competitors' prices that follow each other together, all else one by one
    for rival, some in groupby(events, key=_is_competitor_price):
        if rival:
            at_places, skus, *_ = zip(*some, strict=True)
            concerned = asked.take(state, batch, lookup, at_places, skus)
            concerned_offers += concerned.offers
            concerned_places += concerned.places
            rows += concerned.offers
            places += concerned.places
            continue
        for place, sku, offer, _ in some:
            if offer != SEEN:
                if _lists(state, sku, offer):
                    on_sale[offer] = place
                continue
            fact = batch.facts[batch.detail[place]]
            effect = HANDLERS[fact.topic].apply(state, fact, int(now[place]))
            placed += [(place, output) for output in effect.outputs]
            on_sale |= dict.fromkeys(effect.on_sale, place)
            shown |= dict.fromkeys(effect.shown, place)
            rows += effect.rows.tolist()
            places += [place] * len(effect.rows)
    if shown:
        moments = now[np.array(list(shown.values()))]
        update_signals(state, np.array(list(shown), dtype=np.int64), moments)
    if on_sale:
        fresh = _bring_on_sale(state, batch, on_sale, now)
        rows += fresh
        places += [on_sale[row] for row in fresh]
    if concerned_offers:
        at = now[np.array(concerned_places)]
        update_competitor_signals(state, np.array(concerned_offers, dtype=np.int64), at)
    if rows:
        where = np.array(places, dtype=np.int64)
        placed += decide(state, batch, np.array(rows, dtype=np.int64), now[where], where)
    return placed


def _is_competitor_price(event: tuple[int, int, int, int]) -> bool:
    _, _, offer, kind = event
    return offer == SEEN and kind == Kind.COMPETITOR_PRICE


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
        fresh += list_offers(state, rows[moments == moment].tolist(), moment).tolist()
    return fresh


def _lists(state: State, sku: int, offer: int) -> bool:
    """Whether an order or a click, which shows that an offer exists, puts it on sale."""
    listing = state.listing
    listing.seen[offer] = True
    skus = state.catalogue.skus
    sold = bool(skus.known[sku]) and not skus.retired[sku] and not listing.barred[offer]
    return sold and not state.catalogue.offers.listed[offer]
