"""What a contender must do, what it sees of a day, and the guardrails that all share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np

from online_models.market.assortment import Assortment
from online_models.market.events import NOTHING, Events
from online_models.market.market import Market
from online_models.market.problem import limits
from online_models.numerics.arrays import Flags, Floats, Ints


@dataclass(frozen=True)
class RecordedDay:
    """A day as it is on record; arrays have shape (n,).

    prices: what was asked, minor units. The sums take every complete record at its word, errors
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
    def lowest_competitor(self) -> Ints:
        """Lowest competitor price in stock, minor units; 0 where none is known."""
        quotes = self.events.quotes
        whole = (quotes.missing == NOTHING) & (quotes.in_stock == 1)
        lowest = np.full(len(self.prices), np.iinfo(np.int64).max)
        np.minimum.at(lowest, quotes.offer[whole], quotes.price[whole])
        return np.where(lowest == np.iinfo(np.int64).max, 0, lowest)


class Contender(Protocol):
    """A way to price. An honest one reads of the market only what a merchant knows."""

    def __init__(self, market: Market, seed: int, /) -> None: ...

    def decide(self, day: int, yesterday: RecordedDay | None, /) -> Ints:
        """Prices for `day` in minor units, shape (n,), having seen the day before (None at 0)."""
        ...

    def elasticities(self) -> Floats | None:
        """The own-price elasticities (positive) it believes in, shape (n,), if it has any."""
        ...


def legal(assortment: Assortment, prices: Floats) -> Ints:
    """Prices clipped into the limits and rounded, shape (n,)."""
    return np.clip(np.rint(prices).astype(np.int64), *limits(assortment))


def breaches(assortment: Assortment, prices: Ints) -> Flags:
    """Where a price is outside the limits, shape of `prices`."""
    low, high = limits(assortment)
    return (prices < low) | (prices > high)


def markup(assortment: Assortment, elasticity: Floats) -> Ints:
    """The best prices if demand had these constant elasticities (cost ε / (ε − 1)), shape (n,)."""
    bounded = np.maximum(elasticity, 1.05)
    return legal(assortment, assortment.cost / assortment.kept * bounded / (bounded - 1.0))
