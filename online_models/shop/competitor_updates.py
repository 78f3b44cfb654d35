"""Competitors' prices as they come: which count, and which offers they concern."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.shop.catalogue import ALWAYS, Catalogue
from online_models.shop.cleaning.cleaning import Cleaning
from online_models.shop.competitors import NOT_YET, CompetitorPrices

Ints = NDArray[np.int64]


class QuoteUpdates(NamedTuple):
    """New prices, (n,), in their order."""

    #: SKU row, the competitor's name, and channel id (−1: all channels).
    sku: Ints
    competitor: list[str]
    channel: Ints
    #: Minor units.
    price: Ints
    shipping: Ints
    in_stock: NDArray[np.bool_]
    confidence_ppm: NDArray[np.int32]
    time_ms: Ints


class Concerned(NamedTuple):
    """Offer rows that quotes concern, each with the number of its quote, (m,); and how many quotes
    were older than the price in force.
    """

    offer: Ints
    quote: Ints
    late: int


def apply(
    catalogue: Catalogue,
    competitors: CompetitorPrices,
    cleaning: Cleaning,
    own_price: Ints,
    quotes: QuoteUpdates,
    now: Ints,
) -> Concerned:
    """Write down the quotes that count; `own_price`: the merchant's by offer row, minor units;
    `now`: the clock at each quote (ALWAYS: it stands still), ms.

    The quotes are of distinct SKUs, or of distinct entries that are all `beyond_doubt`.
    """

    def own(sku: int) -> list[int]:
        listed = catalogue.offers.listed
        rows = [row for row in catalogue.sku_offers[sku] if listed[row]]
        return [own_price.item(row) for row in rows if own_price.item(row) > 0]

    found = competitors.entries_of(quotes.sku.tolist(), quotes.competitor, quotes.channel.tolist())
    rows, entries = np.array(found, dtype=np.int64), competitors.entries
    on_time = (quotes.time_ms >= entries.time[rows]).nonzero()[0]
    late = len(rows) - len(on_time)
    rows = rows[on_time]
    stated = catalogue.skus.price[quotes.sku[on_time]]
    held = cleaning.held_back(competitors, rows, quotes.price[on_time], stated, own)
    # sold out is sold out, whatever the price; at first sight there is no other to go by
    gone = held & (~quotes.in_stock[on_time] | (entries.time[rows] == ALWAYS))
    used, at = rows[~held], on_time[~held]
    entries.price[used] = quotes.price[at]
    entries.shipping[used] = quotes.shipping[at]
    entries.in_stock[used] = quotes.in_stock[at]
    entries.confidence_ppm[used] = quotes.confidence_ppm[at]
    came = np.where(now[at] == ALWAYS, NOT_YET, now[at])
    entries.since[used] = np.minimum(entries.since[used], came)
    entries.in_stock[rows[gone]] = False
    counts = ~held | gone
    at = on_time[counts]
    entries.time[rows[counts]] = quotes.time_ms[at]
    concerned = concerns(catalogue, quotes.sku[at], quotes.channel[at])
    return Concerned(concerned.offer, at[concerned.quote], late)


def concerns(catalogue: Catalogue, sku: Ints, channel: Ints) -> Concerned:
    """The listed offers that quotes of SKUs on channels concern, quote by quote; none is late."""
    by_quote = [
        catalogue.sku_offers[of] if on == -1 else [catalogue.offer(of, on)]
        for of, on in zip(sku.tolist(), channel.tolist(), strict=True)
    ]
    offers = np.array([row for those in by_quote for row in those], dtype=np.int64)
    quote = np.repeat(np.arange(len(sku)), [len(those) for those in by_quote])
    chosen = offers >= 0
    chosen[chosen] = catalogue.offers.listed[offers[chosen]]
    return Concerned(offers[chosen], quote[chosen], 0)
