"""One day's pricing problem: expected units, expected profit and its gradient, exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.market.arrays import Floats, Ints
from online_models.market.assortment import Assortment
from online_models.market.demand.curve import Demand
from online_models.market.index import Index
from online_models.market.noise import Counts

#: Guardrails of clairvoyant and contender alike: never below cost, and at most this many first
#: prices, which is a reference band of 100 %.
HIGHEST = 2.0


def limits(assortment: Assortment) -> tuple[Ints, Ints]:
    """Lowest and highest legal price in minor units, shape (n,)."""
    low = np.maximum(np.ceil(assortment.cost / assortment.kept), 1.0)
    return low.astype(np.int64), np.floor(HIGHEST * assortment.first_price).astype(np.int64)


@dataclass(frozen=True)
class Problem:
    """The market of one day with its state given.

    on_hand, spoiling: units for sale and those of them that spoil tonight, shape (n,); None where
    nothing ever sells out.
    """

    assortment: Assortment
    demand: Demand
    index: Index
    counts: Counts
    on_hand: Ints | None
    spoiling: Ints | None

    @property
    def bounds(self) -> tuple[Floats, Floats]:
        """The legal limits as floats, shape (n,)."""
        low, high = limits(self.assortment)
        return low.astype(np.float64), high.astype(np.float64)

    def rates(self, prices: Floats) -> Floats:
        """Expected units asked for, shape of `prices`."""
        return self.demand.rates(prices, self.index)

    def units(self, prices: Floats) -> Floats:
        """Expected units sold, shape of `prices`."""
        rates = self.rates(prices)
        return rates if self.on_hand is None else self.counts.served(rates, self.on_hand)

    def profits(self, prices: Floats) -> Floats:
        """Expected profit by offer in minor units, shape of `prices`.

        Units sold times (price net of tax and fee − cost), less the cost of what spoils tonight.
        """
        margins = self.assortment.margins(prices)
        rates = self.rates(prices)
        if self.on_hand is None or self.spoiling is None:
            return margins * rates
        sold = self.counts.served(rates, self.on_hand)
        wasted = self.spoiling - self.counts.served(rates, self.spoiling)
        return margins * sold - self.assortment.cost * wasted

    def gradient(self, prices: Floats) -> Floats:
        """Derivative of the total expected profit by each price, shape (n,)."""
        margins = self.assortment.margins(prices)
        rates = self.rates(prices)
        weights = margins
        sold = rates
        if self.on_hand is not None and self.spoiling is not None:
            sold = self.counts.served(rates, self.on_hand)
            weights = margins * self.counts.served_slope(rates, self.on_hand)
            spared = self.counts.served_slope(rates, self.spoiling)
            weights = weights + self.assortment.cost * spared
        return self.assortment.kept * sold + self.demand.pullback(prices, self.index, weights)
