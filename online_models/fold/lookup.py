"""From the texts of a batch to the rows of the state."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.fold.facts import HANDLERS
from online_models.fold.facts.fact import Reach
from online_models.fold.facts.products import introduced, opened
from online_models.fold.state import State
from online_models.journal.batch import Batch, Kind
from online_models.numerics.arrays import filled

Ints = NDArray[np.int64]
UNKNOWN = -2
#: Channels on which a product is remembered that has no record yet.
MOST_STRAY_CHANNELS = 16


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
        self._texts = batch.texts
        #: SKU row → place of the product record that made it known, where this batch did.
        self.introduced: dict[int, int] = {}
        #: SKU row → currency and channels of the product record that rules so far, where it is of
        #: this batch.
        self._named: dict[int, tuple[str, frozenset[str]]] = {}
        #: Offer row of every order and click, −1 of those that are refused, shape (len(batch),).
        self.offer: Ints = filled(len(batch), -1)
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

    def channel_rows(self, texts: NDArray[np.int32]) -> Ints:
        """The ids of channels by their texts, (n,), which have been introduced; −1 for no text."""
        return self._channels[texts]

    def right_currency(
        self, state: State, batch: Batch, places: Ints, skus: Ints
    ) -> NDArray[np.bool_]:
        """Mask of the events at `places`, (n,), whose money is in the currency of their product, as
        far as that is known.
        """
        columns, index = state.catalogue.skus, state.catalogue.currency_names.index
        texts = batch.currency[places].tolist()
        named = {text: index.get(self._texts[text], UNKNOWN) for text in dict.fromkeys(texts)}
        currency = np.array([named[text] for text in texts], dtype=np.int64)
        known = columns.known[skus]
        if self.introduced:
            since = np.array([self.introduced.get(sku, -1) for sku in skus.tolist()])
            known &= places >= since
        right: NDArray[np.bool_] = ~known | (currency == columns.currency[skus])
        return right

    def introduce(
        self, state: State, batch: Batch, hot: Ints, low: int, high: int
    ) -> list[tuple[int, int]]:
        """Give rows to all that events [low, high) name, in their order.

        `hot` are the places of orders and clicks. Returns (place, offer row) of offers that an
        order or a click shows for the first time.
        """
        news = self._news(state, batch, hot, low, high)
        if not len(news):
            return []
        first_seen: dict[int, int] = {}
        catalogue, seen = state.catalogue, state.listing.seen
        for place, kind in zip(news.tolist(), batch.kind[news].tolist(), strict=True):
            if kind == Kind.FACT and (
                self._introduces(state, batch, place) or self._refuses(state, batch, place)
            ):
                continue
            sku = self.sku_row(state, int(batch.sku[place]))
            text = int(batch.channel[place]) if kind != Kind.FACT else -1
            if kind <= Kind.CLICK and sku != UNKNOWN and not self._offered(state, sku, text):
                self.refused[place] = True
                state.count("unknown_offer")
                continue
            channel = self.channel_row(state, text) if text >= 0 and sku != UNKNOWN else -1
            if UNKNOWN in (sku, channel):
                self.refused[place] = True
                state.count("unknown_name")
            elif kind <= Kind.CLICK:
                row = self.offer[place] = catalogue.add_offer(sku, channel)
                if row >= len(seen) or not seen[row]:
                    first_seen.setdefault(row, place)
        state.grow()
        return [(place, row) for row, place in first_seen.items()]

    def _news(self, state: State, batch: Batch, hot: Ints, low: int, high: int) -> Ints:
        """The places among [low, high) of what may introduce something; orders and clicks of offers
        that were seen before get their offer.
        """
        news = self._unseen(state, batch, hot) if len(hot) else hot
        if len(hot) == high - low:
            return news
        rest = batch.kind[low:high]
        quotes = (rest == Kind.COMPETITOR_PRICE).nonzero()[0] + low
        named = (self.sku_rows[batch.sku[quotes]] != UNKNOWN) & (
            self._channels[batch.channel[quotes]] != UNKNOWN
        )
        facts = (rest == Kind.FACT).nonzero()[0] + low
        return np.sort(np.concatenate([news, quotes[~named], facts]))

    def _unseen(self, state: State, batch: Batch, hot: Ints) -> Ints:
        skus, channels = self.sku_rows[batch.sku[hot]], self._channels[batch.channel[hot]]
        found = state.catalogue.offer_rows(skus.tolist(), channels.tolist())
        rows = np.array(found, dtype=np.int64)
        self.offer[hot] = rows
        known = (rows >= 0) & (rows < state.listing.size)
        known[known] = state.listing.seen[rows[known]]
        return hot[~known]

    def _introduces(self, state: State, batch: Batch, place: int) -> bool:
        """Take up the names of a product record; other facts are none."""
        fact = batch.facts[batch.detail[place]]
        if fact.topic != "products":
            return False
        catalogue = state.catalogue
        text = int(batch.sku[place])
        sku = self.sku_rows[text] = catalogue.sku(self._texts[text])
        catalogue.introduce(sku)
        record = introduced(fact)
        if record is None:
            return True
        state.demand.register_categories(*catalogue.add_category(record.category))
        if not catalogue.skus.known[sku]:
            self.introduced.setdefault(sku, place)
        channels = record.channels or {}
        if self._currency(state, sku) in (None, record.currency):
            # a record in another currency will be refused
            self._named[sku] = record.currency, frozenset([*channels, *(record.fees or {})])
        for name in channels:
            catalogue.add_offer(sku, catalogue.channel_names.id(name))
        return True

    def _refuses(self, state: State, batch: Batch, place: int) -> bool:
        """Take up what a record names beside its SKU; refuse that of a SKU that nobody has named,
        where that is no way to name one.
        """
        fact = batch.facts[batch.detail[place]]
        introduce = HANDLERS[fact.topic].introduce
        if introduce is None:
            return False
        introduce(state, fact)
        refused = bool(self.sku_rows[batch.sku[place]] == UNKNOWN)
        if refused:
            self.refused[place] = True
            state.count("unknown_forecast")
        return refused

    def _currency(self, state: State, sku: int) -> str | None:
        if (named := self._named.get(sku)) is not None:
            return named[0]
        catalogue = state.catalogue
        if not catalogue.skus.known[sku]:
            return None
        return catalogue.currency_names[catalogue.skus.currency[sku]]

    def _offered(self, state: State, sku: int, text: int) -> bool:
        """Whether an order or a click on a channel may be of an offer.

        Many can write them, so of a known product they are heard only on channels that the merchant
        names, by a record or a policy. A product without a record may get one: a few channels of it
        are remembered.
        """
        catalogue, name = state.catalogue, self._texts[text]
        # a record of this batch may have named the channel
        channel = catalogue.channel_names.index.get(name, UNKNOWN)
        if channel != UNKNOWN and catalogue.offer(sku, channel) >= 0:
            return True
        named = self._named.get(sku)
        if named is None and not catalogue.skus.known[sku]:
            return len(catalogue.sku_offers[sku]) < MOST_STRAY_CHANNELS
        if named is None:
            return opened(state, sku, name)
        return name in named[1] or name in state.pricing.book.named_channels


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
