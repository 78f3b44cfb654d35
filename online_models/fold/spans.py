"""Events between two barriers: sums first, then one round per event of the same SKU.

Every event finds the state that the events before it left, however the journal was cut: sums
(orders, clicks) wait until the next tick, the first to read them, and events that a decision
reads (a competitor's price, a product, a stock count) are taken in rounds, the first of each SKU
together, then the second, and so on. A round is one vectorised pass.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.decide import Placed
from online_models.fold.lookup import Lookup
from online_models.fold.quotes import take_waiting
from online_models.fold.rounds import NO_OFFER, fold_round
from online_models.fold.state import State
from online_models.fold.sums import MOST_WAITING, flush, take_clicks, take_orders
from online_models.journal.batch import Batch, Kind
from online_models.numerics.arrays import filled
from online_models.numerics.turns import turns

Ints = NDArray[np.int64]


def run(state: State, batch: Batch, lookup: Lookup, now: Ints, low: int, high: int) -> list[Placed]:
    """Fold events [low, high) of a batch; `now` (shape (len(batch),)) is the clock at each."""
    kind = batch.kind[low:high]
    hot = (kind <= Kind.CLICK).nonzero()[0] + low
    first_seen = lookup.introduce(state, batch, hot, low, high)
    placed: list[Placed] = []
    if first_seen or len(hot) < high - low:
        events = _events(batch, lookup, kind, low, first_seen)
        if state.settings.pricing.imagined:
            events = take_waiting(state, batch, lookup, now, events)
        # a breaker counts the changes of all SKUs, in the order of the journal
        for chosen in _runs(batch, events) if state.pricing.book.breaks else _rounds(events):
            placed += fold_round(state, batch, lookup, now, chosen)
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
    """(place, SKU row, offer row or NO_OFFER) of what is taken in rounds, by place."""
    slow = (kind >= Kind.COMPETITOR_PRICE).nonzero()[0] + low
    slow = slow[~lookup.refused[slow]]
    skus = lookup.sku_rows[batch.sku[slow]]
    offers = filled(len(slow), NO_OFFER)
    if first_seen:
        places, rows = (np.array(part, dtype=np.int64) for part in zip(*first_seen, strict=True))
        slow = np.concatenate([slow, places])
        skus = np.concatenate([skus, lookup.sku_rows[batch.sku[places]]])
        offers = np.concatenate([offers, rows])
        order = np.argsort(slow, kind="stable")
        slow, skus, offers = slow[order], skus[order], offers[order]
    return slow, skus, offers


def _runs(batch: Batch, events: tuple[Ints, Ints, Ints]) -> list[tuple[Ints, Ints, Ints]]:
    """Split events into rounds that keep their order: competitors' prices of distinct SKUs, and
    each other event by itself, which changes what there is to count.
    """
    places, skus, offers = events
    alone = (batch.kind[places] != Kind.COMPETITOR_PRICE) | (offers != NO_OFFER)
    cuts: list[int] = []
    seen: set[int] = set()
    for at, (sku, apart) in enumerate(zip(skus.tolist(), alone.tolist(), strict=True)):
        if sku in seen or apart or (at and alone[at - 1]):
            cuts.append(at)
            seen = set()
        seen.add(sku)
    parts = zip(*(np.split(column, cuts) for column in events), strict=True)
    return [part for part in parts if len(part[0])]


def _rounds(events: tuple[Ints, Ints, Ints]) -> list[tuple[Ints, Ints, Ints]]:
    """Split events into rounds in which every SKU comes at most once."""
    places, skus, offers = events
    if len(places) <= 1:
        return [events] if len(places) else []
    return [(places[part], skus[part], offers[part]) for part in turns(skus)]
