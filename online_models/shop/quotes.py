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
    """The columns of `CompetitorPrices` that rules read, for n offers: the first entry for every
    channel and the first for the offer's alone, (n,), and the one that follows each, (entries,), −1
    where there is none; `most` entries that a SKU has; and each entry's, (entries,).
    """

    everywhere: Ints
    beside: Ints
    following: Ints32
    most: int
    competitor: Ints32
    price: Ints
    shipping: Ints
    confidence_ppm: Ints
    time: Ints
    since: Ints
    in_stock: Flags
    own: Flags

    @classmethod
    def of(cls, competitors: CompetitorPrices, sku: Ints32, channel: Ints32) -> Quotes:
        """Views, which hold until an entry is added, for offers by SKU and channel, (n,)."""
        entries = competitors.entries
        return cls(
            *competitors.firsts(sku, channel),
            competitors.following,
            int(competitors.filled.max(initial=0)),
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
def next_entry(following: Ints32, everywhere: int, beside: int) -> tuple[int, int, int]:
    """The lower of two entries, not both −1, and the two to choose from next: so an offer's entries
    come in the order of their rows.
    """
    if beside < 0 or 0 <= everywhere < beside:
        return everywhere, int(following[everywhere]), beside
    return beside, everywhere, int(following[beside])


@compiled
def usable(quotes: Quotes, entry: int) -> bool:
    """Whether an entry is a competitor's, and in stock."""
    return bool(quotes.in_stock[entry] and not quotes.own[entry])


@compiled
def lowest_asked(quotes: Quotes, since: Ints) -> NDArray[np.float64]:
    """The lowest usable price with shipping that was seen at `since` (ms) or later, (n,); NaN where
    there is none.
    """
    found = np.full(since.size, np.nan)
    for i in range(since.size):
        after, beside = quotes.everywhere[i], quotes.beside[i]
        while after >= 0 or beside >= 0:
            entry, after, beside = next_entry(quotes.following, after, beside)
            if not usable(quotes, entry) or quotes.time[entry] < since[i]:
                continue
            asked = float(quotes.price[entry] + quotes.shipping[entry])
            if not found[i] <= asked:
                found[i] = asked
    return found


@compiled
def summary(quotes: Quotes, since: Ints) -> NDArray[np.float64]:
    """Of the usable prices with shipping seen at `since` (ms) or later: whether there is any, the
    lowest and the mean (0 where there is none), (n, 3).
    """
    found = np.zeros((since.size, 3))
    for i in range(since.size):
        number = lowest = total = 0
        after, beside = quotes.everywhere[i], quotes.beside[i]
        while after >= 0 or beside >= 0:
            entry, after, beside = next_entry(quotes.following, after, beside)
            if not usable(quotes, entry) or quotes.time[entry] < since[i]:
                continue
            asked = quotes.price[entry] + quotes.shipping[entry]
            lowest = asked if number == 0 else min(lowest, asked)
            number += 1
            total += asked
        if number > 0:
            found[i, 0], found[i, 1], found[i, 2] = 1.0, lowest, total / number
    return found
