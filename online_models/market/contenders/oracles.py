"""Contenders that know the market: what is there to win, and what cross-effects are worth."""

from __future__ import annotations

import numpy as np

from online_models.market.contenders.contender import RecordedDay, legal, markup
from online_models.market.market import Market
from online_models.numerics.arrays import Floats, Ints

#: Steps of the fixed point price → elasticity there → markup, once a day.
STEPS = 3


class OwnElasticity:
    """Knows every own-price elasticity, today and at any price, and nothing of cross-effects."""

    def __init__(self, market: Market, _seed: int) -> None:
        self._market = market
        self._prices = market.assortment.first_price

    def decide(self, _day: int, _yesterday: RecordedDay | None) -> Ints:
        """A few steps towards the prices that are their own elasticities' markup."""
        for _ in range(STEPS):
            elasticity = self._market.elasticities(self._prices)
            wanted = markup(self._market.assortment, elasticity)
            halfway: Floats = np.sqrt(self._prices * wanted)
            self._prices = legal(self._market.assortment, halfway)
        return self._prices

    def elasticities(self) -> Floats:
        """The true ones."""
        return self._market.elasticities(self._prices)


class Clairvoyant:
    """Asks the market for its best prices."""

    def __init__(self, market: Market, _seed: int) -> None:
        self._market = market

    def decide(self, _day: int, _yesterday: RecordedDay | None) -> Ints:
        """The clairvoyant prices of the day."""
        return self._market.clairvoyant().prices

    def elasticities(self) -> None:
        """It needs none."""
