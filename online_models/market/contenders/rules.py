"""Rules alone: a cent below the lowest rival, within a margin floor and a band."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Ints
from online_models.market.contenders.band import legal
from online_models.market.contenders.contender import Seen
from online_models.market.market import Market

#: Least margin on the price net of tax and fees, and the band about the first price.
LEAST_MARGIN = 0.1
BAND = 0.3


class Rules:
    """Follows the market; where no rival is known, the first price."""

    def __init__(self, market: Market, _seed: int) -> None:
        goods = market.assortment
        self._goods = goods
        first = goods.first_price
        self._floor = np.maximum(
            goods.cost / goods.kept / (1.0 - LEAST_MARGIN), (1.0 - BAND) * first
        )
        self._ceiling = np.maximum((1.0 + BAND) * first, self._floor)

    def decide(self, _day: int, seen: Seen | None) -> Ints:
        """The lowest rival's price less a cent, within floor and ceiling."""
        first = self._goods.first_price
        if seen is None:
            return first
        wanted = np.where(seen.lowest_rival > 0, seen.lowest_rival - 1, first)
        return legal(self._goods, np.clip(wanted, self._floor, self._ceiling))

    def elasticities(self) -> None:
        """It believes in none."""
