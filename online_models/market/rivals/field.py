"""The field of rivals: who sells which offer, at what price today."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from online_models.market.arrays import Bools, Floats
from online_models.market.assortment import Assortment
from online_models.market.randomness import generator
from online_models.market.rivals.behaviour import Behaviour

#: Share of our offers that a rival sells, and the spread (log) of its first prices about ours.
COVERAGE = 0.75
PRICE_SPREAD = 0.06
#: Chance that a rival is out of stock of an offer on a day.
OUT_OF_STOCK = 0.02


class Field:
    """Prices of R rivals, shape (R, n), minor units.

    levels: logs of their first prices over ours, shape (n,), NaN where none sells the offer; None
    draws who sells what, and at which price.
    """

    def __init__(
        self,
        behaviours: Mapping[str, Behaviour],
        assortment: Assortment,
        seed: int,
        levels: Floats | None = None,
    ) -> None:
        self.names = tuple(behaviours)
        self._behaviours = tuple(behaviours.values())
        self._seed = seed
        n = len(assortment)
        shape = (len(self.names), n)
        self.sells: Bools = np.zeros(shape, dtype=np.bool_)
        self.first: Floats = np.zeros(shape)
        for r, name in enumerate(self.names):
            if levels is not None:
                self.sells[r] = np.isfinite(levels)
                self.first[r] = assortment.first_price * np.exp(np.nan_to_num(levels))
                continue
            rng = generator(seed, f"rival {name}")
            self.sells[r] = rng.random(n) < COVERAGE
            self.first[r] = assortment.first_price * np.exp(rng.normal(0.0, PRICE_SPREAD, n))
        self.reacts = any(behaviour.reacts for behaviour in self._behaviours)
        self.price = self.first.copy()
        self.in_stock = self.sells.copy()

    def lowest(self, own: Floats | None = None) -> tuple[Floats, Floats]:
        """(log of the lowest price in stock over the lowest first price; 1.0 where there is one).

        With `own` (shape (…, n)) it is where the field comes to rest against those prices.
        """
        n = self.price.shape[1]
        if not self.names:
            return np.zeros(n), np.zeros(n)
        prices = [
            self.price[r] if own is None else behaviour.settled(own, self.price[r], self.first[r])
            for r, behaviour in enumerate(self._behaviours)
        ]
        lowest: Floats = np.min(
            [np.where(self.in_stock[r], price, np.inf) for r, price in enumerate(prices)], axis=0
        )
        first = np.where(self.sells, self.first, np.inf).min(axis=0)
        sold: Bools = np.asarray(self.in_stock.any(axis=0))
        ratio: Floats = np.where(sold, lowest, 1.0) / np.where(sold, first, 1.0)
        relative: Floats = np.log(ratio)
        return relative, sold.astype(np.float64)

    def advance(self, day: int, own: Floats) -> None:
        """Let every rival see today's prices and set tomorrow's."""
        for r, (name, behaviour) in enumerate(zip(self.names, self._behaviours, strict=True)):
            rng = generator(self._seed, f"rival {name}", day + 1)
            answer = behaviour.respond(own, self.price[r], self.first[r], rng)
            self.price[r] = np.maximum(np.rint(answer), 1.0)
            self.in_stock[r] = self.sells[r] & (rng.random(len(own)) >= OUT_OF_STOCK)
