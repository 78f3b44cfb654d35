"""Contenders that learn nothing: rules of thumb, and those that know the market."""

from __future__ import annotations

import numpy as np

from online_models.market.contenders.contender import RecordedDay, legal, markup
from online_models.market.market import Market
from online_models.numerics.arrays import Floats, Ints


class StaticPrices:
    """What most merchants do; the line that dynamic pricing is judged against."""

    def __init__(self, market: Market, _seed: int) -> None:
        self._prices = market.assortment.first_price

    def decide(self, _day: int, _yesterday: RecordedDay | None) -> Ints:
        """The first prices."""
        return self._prices

    def elasticities(self) -> None:
        """It believes in none."""


#: Margin on the price net of tax and fees.
MARGIN = 0.4


class CostPlusPrices:
    """cost / (kept (1 − margin)), the usual rule of thumb."""

    def __init__(self, market: Market, _seed: int) -> None:
        goods = market.assortment
        self._prices = legal(goods, goods.cost / goods.kept / (1.0 - MARGIN))

    def decide(self, _day: int, _yesterday: RecordedDay | None) -> Ints:
        """The same prices every day."""
        return self._prices

    def elasticities(self) -> None:
        """It believes in none."""


#: Least margin on the price net of tax and fees, and the band about the first price.
LEAST_MARGIN = 0.1
BAND = 0.3


class FollowedPrices:
    """Follows the market; where no competitor is known, the first price."""

    def __init__(self, market: Market, _seed: int) -> None:
        goods = market.assortment
        self._goods = goods
        first = goods.first_price
        self._floor = np.maximum(
            goods.cost / goods.kept / (1.0 - LEAST_MARGIN), (1.0 - BAND) * first
        )
        self._ceiling = np.maximum((1.0 + BAND) * first, self._floor)

    def decide(self, _day: int, yesterday: RecordedDay | None) -> Ints:
        """The lowest competitor's price less a cent, within floor and ceiling."""
        first = self._goods.first_price
        if yesterday is None:
            return first
        wanted = np.where(yesterday.lowest_competitor > 0, yesterday.lowest_competitor - 1, first)
        return legal(self._goods, np.clip(wanted, self._floor, self._ceiling))

    def elasticities(self) -> None:
        """It believes in none."""


#: Steps of the fixed point price → elasticity there → markup, once a day.
ORACLE_STEPS = 3


class OwnElasticity:
    """Knows every own-price elasticity, today and at any price, and nothing of cross-effects."""

    def __init__(self, market: Market, _seed: int) -> None:
        self._market = market
        self._prices = market.assortment.first_price

    def decide(self, _day: int, _yesterday: RecordedDay | None) -> Ints:
        """A few steps towards the prices that are their own elasticities' markup."""
        for _ in range(ORACLE_STEPS):
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
