"""The learnt policy as a contender of the market simulator."""

from __future__ import annotations

import numpy as np

from online_models.deep.reinforcement.policy import Policy
from online_models.deep.reinforcement.rollout import Believer, Floats, Ints
from online_models.deep.reinforcement.trained import trained
from online_models.market.contenders.band import legal
from online_models.market.contenders.contender import Seen
from online_models.market.market import Market


class Reinforced:
    """Believes what the live demand models believe, and prices as the policy says.

    Without a `policy` it is the one that the package brings.
    """

    def __init__(self, market: Market, _seed: int, policy: Policy | None = None) -> None:
        self._goods = market.assortment
        self._policy = policy or trained()
        self._believer = Believer(market)
        self._prices = self._goods.first_price.astype(np.float64)
        self._rival = np.full(len(self._goods), np.nan)
        self._elasticity: Floats | None = None

    def decide(self, day: int, seen: Seen | None) -> Ints:
        """Prices of the day, inside the guardrails that all contenders share."""
        if seen is not None:
            lowest = seen.lowest_rival.astype(np.float64)
            self._rival = np.where(lowest > 0.0, lowest, np.nan)
            self._prices = seen.prices.astype(np.float64)
            self._believer.learn(day - 1, seen.prices, seen.units, self._rival)
        curves = self._believer.curves(day, self._prices, self._rival)
        self._elasticity = -curves.elasticity
        prices, _ = self._policy.propose(
            curves, self._prices, self._believer.reference, self._believer.marginal_cost
        )
        return legal(self._goods, prices)

    def elasticities(self) -> Floats | None:
        """Posterior means of the demand models (positive)."""
        return self._elasticity
