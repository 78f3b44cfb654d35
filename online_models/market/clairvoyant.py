"""What one would ask who knew the market: the best prices of a day, and how exact they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from scipy import optimize

from online_models.market.competitors import Competitors
from online_models.market.demand.choice import NestedLogit
from online_models.market.optimisers import (
    STATIONARY,
    ascend,
    nested_optimum,
    separable_optimum,
    slack,
    stretch,
)
from online_models.market.problem import Problem
from online_models.numerics.arrays import Floats, Ints


class Exactness(StrEnum):
    """What is known of an optimum.

    EXACT: no price vector earns more on this day, nor on any other day by its consequences.
    STATIONARY: the first-order conditions hold (to `STATIONARY`), best of several ascents; the
        unique one where the nested logit's condition holds.
    COMMITTED: today's prices move tomorrow's demand or competitors; these are the prices that earn
        most if kept until everything has settled. A dynamic plan may earn more: a lower bound.
    MYOPIC: stock ties the days together; these are the best prices for the day alone.
    """

    EXACT = "exact"
    STATIONARY = "stationary"
    COMMITTED = "committed"
    MYOPIC = "myopic"


@dataclass(frozen=True)
class Optimum:
    """Prices in whole minor units, shape (n,), and what is known of them."""

    prices: Ints
    exactness: Exactness


def day_optimum(problem: Problem, starts: Sequence[Floats]) -> Floats:
    """The best prices of one day with its state given, shape (n,)."""
    low, high = problem.bounds
    if problem.demand.separable:
        return separable_optimum(problem.profits, low, high)
    if isinstance(problem.demand, NestedLogit) and problem.on_hand is None:
        prices = nested_optimum(problem.assortment, problem.demand, problem.index)
        if ((prices > low) & (prices < high)).all() and slack(problem, prices) <= STATIONARY:
            return prices
        starts = [np.clip(prices, low, high)]
    return ascend(problem, starts)


def committed_optimum(
    problem: Problem, competitors: Competitors, starts: Sequence[Floats]
) -> Floats:
    """The best prices if kept while every competitor comes to rest against them, shape (n,).

    Separable curves by grid; joint ones by ascent with central differences, warm from `starts`.
    """

    def settled(prices: Floats) -> Floats:
        competitor, sold = competitors.lowest(prices)
        index = replace(problem.index, competitor=competitor, contested=sold)
        return replace(problem, index=index).profits(prices)

    low, high = problem.bounds
    if problem.demand.separable:
        return separable_optimum(settled, low, high)
    first = np.clip(starts[0], low, high)
    by = stretch(problem, first)
    scale = max(abs(float(settled(first).sum())), 1.0)
    steps = 1e-6 * np.eye(len(low))

    def loss(stretched: Floats) -> tuple[float, Floats]:
        x = stretched / by
        ahead = settled(np.exp(x + steps)).sum(axis=-1)
        behind = settled(np.exp(x - steps)).sum(axis=-1)
        slope = (behind - ahead) / (2e-6 * scale)
        return -float(settled(np.exp(x)).sum()) / scale, slope / by

    found = optimize.minimize(
        loss,
        by * np.log(first),
        jac=True,
        method="L-BFGS-B",
        bounds=optimize.Bounds(by * np.log(low), by * np.log(high)),
        options={"maxiter": 40, "ftol": 1e-8},
    )
    best: Floats = np.clip(np.exp(found.x / by), low, high)
    return best


def whole(problem: Problem, prices: Floats) -> Ints:
    """Prices in whole minor units: the better neighbour where offers are separate, else nearest."""
    low, high = problem.bounds
    if not problem.demand.separable:
        return np.clip(np.rint(prices), low, high).astype(np.int64)
    neighbours = np.clip([np.floor(prices), np.ceil(prices)], low, high)
    better = problem.profits(neighbours).argmax(axis=0)
    chosen: Ints = neighbours[better, np.arange(len(prices))].astype(np.int64)
    return chosen
