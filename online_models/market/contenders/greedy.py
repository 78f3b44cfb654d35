"""Greedy learners: estimate, then ask what is best if the estimate were true."""

from __future__ import annotations

from online_models.market.arrays import Floats, Ints
from online_models.market.contenders.band import markup
from online_models.market.contenders.contender import Seen
from online_models.market.contenders.regression import Regression
from online_models.market.market import Market


class Greedy:
    """A regression per offer; nothing is shared, nothing is explored."""

    pooled = False

    def __init__(self, market: Market, _seed: int) -> None:
        self._goods = market.assortment
        category = self._goods.category if self.pooled else None
        self._regression = Regression(self._goods.first_price, category)

    def decide(self, _day: int, seen: Seen | None) -> Ints:
        """The markup of the believed elasticities."""
        if seen is None:
            return self._goods.first_price
        self._regression.learn(seen.prices, seen.units)
        return markup(self._goods, self._regression.elasticity)

    def elasticities(self) -> Floats:
        """The estimates."""
        return self._regression.elasticity


class Pooled(Greedy):
    """The same with elasticities shrunk to their category's."""

    pooled = True
