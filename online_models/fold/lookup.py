"""From the texts of a batch to the rows of the state."""

from __future__ import annotations

from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from online_models.fold.facts import HANDLERS
from online_models.fold.facts.fact import Reach
from online_models.fold.facts.products import introduced
from online_models.fold.state import State
from online_models.journal.batch import Batch, Kind
from online_models.numerics.columns import SOME

Ints = NDArray[np.int64]
UNKNOWN = -2
#: What an event may introduce: names alone, an offer by an order or a click, a fact's own.
_NAMES, _OFFER, _FACT = 0, 1, 2


class Lookup:
    """Rows by text index of one batch; those of new names are filled as events introduce them, in
    their order.

    Rows are given in the order in which the journal names things, never in an order that depends
    on where a batch begins: rows decide the order of outputs and of sums.
    """

    def __init__(self, state: State, batch: Batch) -> None:
        catalogue = state.catalogue
        self.sku_rows = _rows_of(batch.texts, catalogue.sku_names.index)
        self._channels = _rows_of(batch.texts, catalogue.channel_names.index)
        self._currencies: dict[int, int] = {-1: -1}
        self._texts = batch.texts
        #: SKU row → place of the product record that made it known, where this batch did.
        self.introduced: dict[int, int] = {}
        #: Offer row of every order and click, −1 of those that are refused, shape (len(batch),).
        self.offer: Ints = np.full(len(batch), -1, dtype=np.int64)
        #: Events that name a SKU or a channel for which there is no room.
        self.refused: NDArray[np.bool_] = np.zeros(len(batch), dtype=np.bool_)

    def sku_row(self, state: State, text: int) -> int:
        """The row of a SKU by its text, added where it is new; UNKNOWN where there is no room."""
        row = int(self.sku_rows[text])
        if row == UNKNOWN and (found := state.catalogue.stray(self._texts[text])) >= 0:
            row = self.sku_rows[text] = found
        return row

    def channel_row(self, state: State, text: int) -> int:
        """The id of a channel by its text, added where new; UNKNOWN where there is no room."""
        row = int(self._channels[text])
        if row == UNKNOWN and (found := state.catalogue.stray_channel(self._texts[text])) >= 0:
            row = self._channels[text] = found
        return row

    def currency_row(self, state: State, text: int) -> int:
        """The id of a currency by its text, −1 for none."""
        row = self._currencies.get(text)
        if row is None:
            row = self._currencies[text] = state.catalogue.currency_names.id(self._texts[text])
        return row

    def right_currency(self, state: State, batch: Batch, place: int, sku: int) -> bool:
        """Whether an event's money is in the currency of its product, as far as that is known."""
        skus = state.catalogue.skus
        if not skus.known[sku] or place < self.introduced.get(sku, place):
            return True
        return self.currency_row(state, int(batch.currency[place])) == int(skus.currency[sku])

    def introduce(
        self, state: State, batch: Batch, hot: Ints, low: int, high: int
    ) -> list[tuple[int, int]]:
        """Give rows to all that events [low, high) name, in their order.

        `hot` are the places of orders and clicks. Returns (place, offer row) of offers that an
        order or a click shows for the first time.
        """
        if high - low <= SOME and self._familiar(state, batch, low, high):
            return []
        news: list[tuple[int, int, int]] = []
        inverse = by_pair = np.zeros(0, dtype=np.int64)
        if len(hot):
            width = len(batch.texts) + 1
            pairs = batch.sku[hot].astype(np.int64) * width + batch.channel[hot]
            _, firsts, inverse = np.unique(pairs, return_index=True, return_inverse=True)
            first = hot[firsts]
            by_pair, seen = self._known_offers(state, batch, first)
            fresh = (~seen).nonzero()[0]
            new = zip(first[fresh].tolist(), fresh.tolist(), strict=True)
            news += [(place, _OFFER, pair) for place, pair in new]
        kind = batch.kind[low:high]
        rivals = (kind == Kind.COMPETITOR_PRICE).nonzero()[0] + low
        named = (self.sku_rows[batch.sku[rivals]] == UNKNOWN) | (
            self._channels[batch.channel[rivals]] == UNKNOWN
        )
        news += [(place, _NAMES, -1) for place in rivals[named].tolist()]
        facts = (kind == Kind.FACT).nonzero()[0] + low
        news += [(place, _FACT, -1) for place in facts.tolist()]
        if not news:
            self.offer[hot] = by_pair[inverse]
            return []
        heapify(news)
        first_seen = []
        catalogue, listing = state.catalogue, state.listing
        while news:
            place, what, pair = heappop(news)
            if what == _FACT and self._introduces(state, batch, place):
                continue
            sku = self.sku_row(state, int(batch.sku[place]))
            text = int(batch.channel[place]) if what != _FACT else -1
            channel = self.channel_row(state, text) if text >= 0 and sku != UNKNOWN else -1
            if UNKNOWN in (sku, channel):
                self.refused[place] = True
                state.count("unknown_name")
                later = hot[(inverse == pair) & (hot > place)][:1].tolist() if pair >= 0 else []
                for again in later:
                    heappush(news, (again, what, pair))
            elif what == _OFFER:
                row = by_pair[pair] = catalogue.add_offer(sku, channel)
                if row >= listing.size or not listing.seen[row]:
                    first_seen.append((place, row))
        state.grow()
        if len(hot):
            self.offer[hot] = np.where(self.refused[hot], -1, by_pair[inverse])
        return first_seen

    def _familiar(self, state: State, batch: Batch, low: int, high: int) -> bool:
        """Whether none of a few events can introduce anything; if so, orders and clicks have their
        offers.
        """
        offer, listing, some = state.catalogue.offer, state.listing, slice(low, high)
        skus, channels = self.sku_rows[batch.sku[some]], self._channels[batch.channel[some]]
        columns = (column.tolist() for column in (batch.kind[some], skus, channels))
        for place, (kind, sku, channel) in enumerate(zip(*columns, strict=True), start=low):
            if kind == Kind.FACT or UNKNOWN in (sku, channel):
                return False
            if kind != Kind.COMPETITOR_PRICE:
                row = offer(sku, channel)
                if not 0 <= row < listing.size or not listing.seen.item(row):
                    return False
                self.offer[place] = row
        return True

    def _known_offers(
        self, state: State, batch: Batch, places: Ints
    ) -> tuple[Ints, NDArray[np.bool_]]:
        """The offer rows of events, −1 where there is none yet, and which have been seen before."""
        skus, channels = self.sku_rows[batch.sku[places]], self._channels[batch.channel[places]]
        found = state.catalogue.offer_rows(skus.tolist(), channels.tolist())
        rows = np.array(found, dtype=np.int64)
        seen = (rows >= 0) & (rows < state.listing.size)
        seen[seen] = state.listing.seen[rows[seen]]
        return rows, seen

    def _introduces(self, state: State, batch: Batch, place: int) -> bool:
        """Take up the names of a product record; other facts are none."""
        fact = batch.facts[batch.detail[place]]
        if fact.topic != "products":
            return False
        catalogue = state.catalogue
        text = int(batch.sku[place])
        sku = self.sku_rows[text] = catalogue.sku(self._texts[text])
        catalogue.introduce(sku)
        category, channels = introduced(fact)
        if category is not None:
            state.demand.register_categories(*catalogue.add_category(category))
            if not catalogue.skus.known[sku]:
                self.introduced.setdefault(sku, place)
        for name in channels:
            catalogue.add_offer(sku, catalogue.channel_names.id(name))
        return True


def is_barrier(batch: Batch) -> NDArray[np.bool_]:
    """Mask of events that concern more than one SKU: everything before them comes first."""
    barrier: NDArray[np.bool_] = batch.kind == Kind.TICK
    for place in (batch.kind == Kind.FACT).nonzero()[0].tolist():
        barrier[place] = HANDLERS[batch.facts[batch.detail[place]].topic].reach is Reach.ALL
    return barrier


def _rows_of(texts: list[str], index: dict[str, int]) -> Ints:
    """The row of each text, UNKNOWN where it has none; one more at the end, so that index −1 (no
    text) stays −1.
    """
    return np.array([*[index.get(text, UNKNOWN) for text in texts], -1], dtype=np.int64)
