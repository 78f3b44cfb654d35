"""What a contender must do: see a day, ask the next day's prices."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from online_models.market.arrays import Floats, Ints
from online_models.market.events import NOTHING, Events
from online_models.market.market import Market


@dataclass(frozen=True)
class Seen:
    """A day as the record tells it; arrays have shape (n,).

    prices: what was asked, minor units. The sums take every complete record at its word, dirt
    included: cleaning is the contender's own business.
    """

    events: Events
    prices: Ints

    @cached_property
    def units(self) -> Ints:
        """Units ordered that day's stream."""
        orders = self.events.orders
        whole = orders.missing == NOTHING
        units = np.bincount(orders.offer[whole], orders.quantity[whole], len(self.prices))
        return units.astype(np.int64)

    @cached_property
    def lowest_rival(self) -> Ints:
        """Lowest competitor price in stock, minor units; 0 where none is known."""
        quotes = self.events.quotes
        whole = (quotes.missing == NOTHING) & (quotes.in_stock == 1)
        lowest = np.full(len(self.prices), np.iinfo(np.int64).max)
        np.minimum.at(lowest, quotes.offer[whole], quotes.price[whole])
        return np.where(lowest == np.iinfo(np.int64).max, 0, lowest)


class Contender(Protocol):
    """A way to price. An honest one reads of the market only what a merchant knows."""

    def __init__(self, market: Market, seed: int, /) -> None: ...

    def decide(self, day: int, seen: Seen | None, /) -> Ints:
        """Prices for `day` in minor units, shape (n,), having seen the day before (None at 0)."""
        ...

    def elasticities(self) -> Floats | None:
        """The own-price elasticities (positive) it believes in, shape (n,), if it has any."""
        ...
