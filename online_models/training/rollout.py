"""Days of a simulated market, priced by a policy with random actions: the data of fitted Q."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand.curves import DemandContext, DemandCurves
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.inputs.observations import Observations
from online_models.market.calendar import DAY_MS, day_start
from online_models.market.market import Market
from online_models.market.problem import limits
from online_models.numerics.arrays import Floats, Ints
from online_models.pricing.learned.policy import FACTORS, LearnedPolicy
from online_models.pricing.learned.state import markup, state

FOLLOW = FACTORS.index(1.0)
#: A day that earns less than this share below the best counts as this bad.
WORST = -1.0


@dataclass(frozen=True, slots=True)
class Transitions:
    """States (m, FEATURES), actions (m,), rewards (m,) and the states a day later."""

    state: Floats
    action: Ints
    reward: Floats
    then: Floats

    @classmethod
    def joined(cls, parts: list[Transitions]) -> Transitions:
        """All of them, one after the other."""
        names = ("state", "action", "reward", "then")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class Believer:
    """The demand models of the live fold, fed day by day with what a market sold."""

    def __init__(self, market: Market) -> None:
        goods = market.assortment
        self.reference: Floats = goods.first_price.astype(np.float64)
        self.marginal_cost: Floats = goods.cost / goods.kept
        self.offers: Ints = np.arange(len(goods), dtype=np.int64)
        self.models = DemandModels()
        self.models.register(
            self.offers, self.offers, np.zeros(len(goods), np.int64), goods.category
        )

    def learn(self, day: int, prices: Ints, units: Ints, competitor: Floats) -> None:
        """Take in a day; `competitor` prices in minor units, NaN where there is none."""
        seen = Observations.of(
            self.offers,
            day_start(day),
            units,
            price=prices,
            competitor_price=competitor,
            length=DAY_MS,
        )
        self.models.learn(seen)

    def curves(self, day: int, prices: Floats, competitor: Floats) -> DemandCurves:
        """The belief on the morning of `day`, around `prices`."""
        n, zero = len(prices), np.zeros(len(prices))
        now = np.full(n, day_start(day), np.int64)
        return self.models.curves(self.offers, DemandContext(now, prices, competitor, zero, zero))


def rollout(
    market: Market, days: int, policy: LearnedPolicy | None, chance: float, seed: int
) -> Transitions:
    """Price `market` for `days` days; with probability `chance` an offer's action is random.

    Without a policy the others follow the belief. The reward is the exact expected profit over
    the clairvoyant's, less 1: the share of profit that a day's price gives away.
    """
    rng = np.random.default_rng(seed)
    believer = Believer(market)
    low, high = limits(market.assortment)
    prices = market.assortment.first_price.copy()
    competitor = np.full(len(prices), np.nan)
    states: list[Floats] = []
    actions: list[Ints] = []
    rewards: list[Floats] = []
    for day in range(days):
        curves = believer.curves(day, prices.astype(np.float64), competitor)
        now = state(curves, prices.astype(np.float64), believer.reference, believer.marginal_cost)
        chosen = np.full(len(prices), FOLLOW) if policy is None else policy.actions(now)
        random = rng.integers(0, len(FACTORS), len(prices))
        chosen = np.where(rng.random(len(prices)) < chance, random, chosen)
        best = markup(curves.elasticity, believer.marginal_cost, believer.reference)
        asked = np.clip(np.rint(best * np.array(FACTORS)[chosen]).astype(np.int64), low, high)
        ideal = market.expected_profits(market.clairvoyant().prices)
        earned = market.expected_profits(asked)
        states.append(now)
        actions.append(chosen)
        rewards.append(np.maximum(earned / np.maximum(ideal, 1e-9) - 1.0, WORST))
        sold = market.units(asked)
        lowest, _ = market.competitors.lowest()
        competitor = np.where(np.isfinite(lowest) & (lowest > 0), lowest, np.nan)
        market.day(asked)
        believer.learn(day, asked, sold, competitor)
        prices = asked
    return Transitions(
        np.concatenate(states[:-1]),
        np.concatenate(actions[:-1]),
        np.concatenate(rewards[:-1]),
        np.concatenate(states[1:]),
    )
