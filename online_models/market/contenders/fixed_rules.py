"""Contenders that learn nothing: static prices, cost plus, and following the competitors."""

from __future__ import annotations

import numpy as np

from online_models.market.contenders.contender import RecordedDay, legal
from online_models.market.market import Market
from online_models.numerics.arrays import Ints


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
    """Follows the market; where no rival is known, the first price."""

    def __init__(self, market: Market, _seed: int) -> None:
        goods = market.assortment
        self._goods = goods
        first = goods.first_price
        self._floor = np.maximum(
            goods.cost / goods.kept / (1.0 - LEAST_MARGIN), (1.0 - BAND) * first
        )
        self._ceiling = np.maximum((1.0 + BAND) * first, self._floor)

    def decide(self, _day: int, yesterday: RecordedDay | None) -> Ints:
        """The lowest rival's price less a cent, within floor and ceiling."""
        first = self._goods.first_price
        if yesterday is None:
            return first
        wanted = np.where(yesterday.lowest_rival > 0, yesterday.lowest_rival - 1, first)
        return legal(self._goods, np.clip(wanted, self._floor, self._ceiling))

    def elasticities(self) -> None:
        """It believes in none."""
