"""Competitors' prices as columns for compiled rules."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled
from online_models.shop.competitors import CompetitorPrices

Ints = NDArray[np.int64]
Ints32 = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Quotes(NamedTuple):
    """The columns of `CompetitorPrices` that rules read: each SKU's first entry row, (SKUs,), and
    the one that follows each, (entries,), −1 where there is none; `most` entries that a SKU has;
    and each entry's, (entries,).
    """

    first: Ints32
    following: Ints32
    most: int
    channel: Ints32
    competitor: Ints32
    price: Ints
    shipping: Ints
    confidence_ppm: Ints
    time: Ints
    since: Ints
    in_stock: Flags
    own: Flags

    @classmethod
    def of(cls, competitors: CompetitorPrices) -> Quotes:
        """Views, which hold until an entry is added."""
        entries = competitors.entries
        return cls(
            competitors.first,
            competitors.following,
            int(competitors.filled.max(initial=0)),
            entries.channel,
            entries.competitor,
            entries.price,
            entries.shipping,
            entries.confidence_ppm,
            entries.time,
            entries.since,
            entries.in_stock,
            entries.own,
        )


@compiled
def first_entry(quotes: Quotes, sku: int) -> int:
    """The first entry of a SKU, −1 where there is none."""
    return int(quotes.first[sku]) if sku < quotes.first.size else -1


@compiled
def usable(quotes: Quotes, entry: int, channel: int) -> bool:
    """Whether an entry is a competitor's, in stock, and on the offer's channel."""
    if not quotes.in_stock[entry] or quotes.own[entry]:
        return False
    return bool(quotes.channel[entry] < 0 or quotes.channel[entry] == channel)


@compiled
def lowest_asked(quotes: Quotes, sku: Ints32, channel: Ints32, since: Ints) -> NDArray[np.float64]:
    """The lowest usable price with shipping that was seen at `since` (ms) or later; NaN where there
    is none. All of shape (n,).
    """
    found = np.full(sku.size, np.nan)
    for i in range(sku.size):
        after = first_entry(quotes, sku[i])
        while after >= 0:
            entry, after = after, quotes.following[after]
            if not usable(quotes, entry, channel[i]) or quotes.time[entry] < since[i]:
                continue
            asked = float(quotes.price[entry] + quotes.shipping[entry])
            if not found[i] <= asked:
                found[i] = asked
    return found


@compiled
def summary(quotes: Quotes, sku: Ints32, channel: Ints32, since: Ints) -> NDArray[np.float64]:
    """Of the usable prices with shipping seen at `since` (ms) or later: whether there is any, the
    lowest and the mean (0 where there is none), (n, 3).
    """
    found = np.zeros((sku.size, 3))
    for i in range(sku.size):
        number = lowest = total = 0
        after = first_entry(quotes, sku[i])
        while after >= 0:
            entry, after = after, quotes.following[after]
            if not usable(quotes, entry, channel[i]) or quotes.time[entry] < since[i]:
                continue
            asked = quotes.price[entry] + quotes.shipping[entry]
            lowest = asked if number == 0 else min(lowest, asked)
            number += 1
            total += asked
        if number > 0:
            found[i, 0], found[i, 1], found[i, 2] = 1.0, lowest, total / number
    return found
