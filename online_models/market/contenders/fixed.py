"""Static pricing: the first price for ever."""

from __future__ import annotations

from online_models.market.arrays import Ints
from online_models.market.contenders.contender import Seen
from online_models.market.market import Market


class Fixed:
    """What most merchants do; the line that dynamic pricing is judged against."""

    def __init__(self, market: Market, _seed: int) -> None:
        self._prices = market.assortment.first_price

    def decide(self, _day: int, _seen: Seen | None) -> Ints:
        """The first prices."""
        return self._prices

    def elasticities(self) -> None:
        """It believes in none."""
