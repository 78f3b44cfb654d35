"""Thompson sampling: ask what is best under a draw from the belief."""

from __future__ import annotations

from online_models.market.arrays import Floats, Ints
from online_models.market.contenders.band import markup
from online_models.market.contenders.contender import Seen
from online_models.market.contenders.regression import Regression
from online_models.market.market import Market
from online_models.market.randomness import generator


class Thompson:
    """Pooled elasticities, drawn afresh every day (Thompson 1933)."""

    def __init__(self, market: Market, seed: int) -> None:
        self._goods = market.assortment
        self._seed = seed
        self._regression = Regression(self._goods.first_price, self._goods.category)

    def decide(self, day: int, seen: Seen | None) -> Ints:
        """The markup of drawn elasticities."""
        if seen is None:
            return self._goods.first_price
        self._regression.learn(seen.prices, seen.units)
        noise = generator(self._seed, "thompson", day).standard_normal(len(self._goods))
        belief = self._regression
        return markup(self._goods, belief.elasticity + belief.deviation * noise)

    def elasticities(self) -> Floats:
        """The means of the belief."""
        return self._regression.elasticity
