"""Cost plus one margin for all."""

from __future__ import annotations

from online_models.market.arrays import Ints
from online_models.market.contenders.band import legal
from online_models.market.contenders.contender import Seen
from online_models.market.market import Market

#: Margin on the price net of tax and fees.
MARGIN = 0.4


class CostPlus:
    """cost / (kept (1 − margin)), the usual rule of thumb."""

    def __init__(self, market: Market, _seed: int) -> None:
        goods = market.assortment
        self._prices = legal(goods, goods.cost / goods.kept / (1.0 - MARGIN))

    def decide(self, _day: int, _seen: Seen | None) -> Ints:
        """The same prices every day."""
        return self._prices

    def elasticities(self) -> None:
        """It believes in none."""
