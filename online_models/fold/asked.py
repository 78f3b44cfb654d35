"""What competitors ask, taken down: price by price, or a whole round of SKUs at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.fold.lookup import Lookup
from online_models.fold.state import State
from online_models.journal.batch import Batch
from online_models.numerics.columns import FEW
from online_models.shop.catalogue import ALWAYS

Ints = NDArray[np.int64]


class ConcernedOffers(NamedTuple):
    """Offers that competitors' prices concern, each with the place of the event."""

    offers: list[int]
    places: list[int]


def take(
    state: State, batch: Batch, lookup: Lookup, places: Sequence[int], skus: Sequence[int]
) -> ConcernedOffers:
    """Take down competitors' prices of distinct SKUs; returns the offers that they concern."""
    if len(places) > FEW:
        return _together(state, batch, lookup, np.array(places), np.array(skus))
    concerned = ConcernedOffers([], [])
    for place, sku in zip(places, skus, strict=True):
        offers = _one(state, batch, lookup, place, sku)
        concerned.offers.extend(offers)
        concerned.places.extend([place] * len(offers))
    return concerned


def _together(
    state: State, batch: Batch, lookup: Lookup, places: Ints, skus: Ints
) -> ConcernedOffers:
    right = _right_currency(state, batch, lookup, places, skus)
    state.count("currency_mismatch", int(np.count_nonzero(~right)))
    places, skus = places[right], skus[right]
    channels = [
        lookup.channel_row(state, text) if text >= 0 else -1
        for text in batch.channel[places].tolist()
    ]
    names = [batch.texts[text] for text in batch.detail[places].tolist()]
    rows = np.array(state.competitors.entries_of(skus.tolist(), names, channels), dtype=np.int64)
    channel = np.array(channels, dtype=np.int64)
    late = batch.time[places] < state.competitors.entries.time[rows]
    state.count("out_of_order_rival", int(np.count_nonzero(late)))
    taken = np.flatnonzero(~late)
    taken = taken[_write(state, batch, places[taken], rows[taken])]
    return _concerned(state, places[taken], skus[taken], channel[taken])


def _right_currency(
    state: State, batch: Batch, lookup: Lookup, places: Ints, skus: Ints
) -> NDArray[np.bool_]:
    known = state.catalogue.skus.known[skus]
    texts = batch.currency[places]
    ids = {text: lookup.currency_row(state, text) for text in dict.fromkeys(texts[known].tolist())}
    found = np.array([ids.get(text, -1) for text in texts.tolist()], dtype=np.int64)
    right: NDArray[np.bool_] = ~known | (found == state.catalogue.skus.currency[skus])
    return right


def _write(state: State, batch: Batch, places: Ints, rows: Ints) -> NDArray[np.bool_]:
    """Bring distinct entries up to date; mask of those whose event counts."""
    book = state.competitors.entries
    price, in_stock = batch.amount[places], batch.flag[places] != 0
    new = book.time[rows] == ALWAYS
    trusted = state.cleaning.trusts(state.competitors, rows, price)
    believed = book.own[rows] | trusted
    for i in np.flatnonzero(~believed).tolist():
        believed[i] = not _held_back(state, int(rows[i]), int(price[i]))
    some, at = rows[believed], places[believed]
    book.price[some] = batch.amount[at]
    book.shipping[some] = batch.extra[at]
    book.in_stock[some] = batch.flag[at]
    book.confidence_ppm[some] = batch.confidence[at]
    # sold out is sold out, whatever the price; at first sight there is no other to go by
    gone = ~believed & (~in_stock | new)
    book.in_stock[rows[gone]] = False
    counts: NDArray[np.bool_] = believed | gone
    book.time[rows[counts]] = batch.time[places[counts]]
    return counts


def _concerned(state: State, places: Ints, skus: Ints, channel: Ints) -> ConcernedOffers:
    offers = state.catalogue.offers
    by_sku = [state.catalogue.sku_offers[sku] for sku in skus.tolist()]
    rows = np.array([row for those in by_sku for row in those], dtype=np.int64)
    owner = np.repeat(np.arange(len(skus)), [len(those) for those in by_sku])
    on = channel[owner]
    chosen = offers.listed[rows] & ((on == -1) | (on == offers.channel[rows]))
    return ConcernedOffers(rows[chosen].tolist(), places[owner[chosen]].tolist())


def _one(state: State, batch: Batch, lookup: Lookup, place: int, sku: int) -> list[int]:
    catalogue, book = state.catalogue, state.competitors.entries
    if not lookup.right_currency(state, batch, place, sku):
        state.count("currency_mismatch")
        return []
    text = int(batch.channel[place])
    channel = -1 if text < 0 else lookup.channel_row(state, text)
    row = state.competitors.entry(sku, batch.texts[batch.detail[place]], channel)
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

    return state.cleaning.holds_back(state.competitors, row, price, own)
