"""Offers that affect each other: bounded ascent of the exact expected profit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import optimize

from online_models.market.arrays import Floats
from online_models.market.problem import Problem

#: Optimality: no price within its bounds gains more than this share of profit per log point.
STATIONARY = 1e-5


def slack(problem: Problem, prices: Floats) -> float:
    """Largest |∂ profit / ∂ log price| over profit among prices that their bounds let move."""
    low, high = problem.bounds
    gradient = problem.gradient(prices) * prices
    held = (prices <= low * (1 + 1e-9)) & (gradient < 0)
    held |= (prices >= high * (1 - 1e-9)) & (gradient > 0)
    total = max(abs(float(problem.profits(prices).sum())), 1.0)
    return float(np.abs(np.where(held, 0.0, gradient)).max() / total)


def ascend(problem: Problem, starts: Sequence[Floats]) -> Floats:
    """The best stationary prices reached from `starts` by L-BFGS-B in log prices, shape (n,).

    Raises
    ------
    ArithmeticError
        Where the first-order conditions do not hold at the end: such an optimum is none.
    """
    low, high = problem.bounds
    bounds = optimize.Bounds(np.log(low), np.log(high))
    scale = max(abs(float(problem.profits(np.clip(starts[0], low, high)).sum())), 1.0)

    def loss(x: Floats) -> tuple[float, Floats]:
        prices = np.exp(x)
        value = -float(problem.profits(prices).sum()) / scale
        return value, -problem.gradient(prices) * prices / scale

    best, best_value = starts[0], np.inf
    for start in starts:
        found = optimize.minimize(
            loss,
            np.log(np.clip(start, low, high)),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": 2000, "maxcor": 30, "ftol": 1e-15, "gtol": 1e-8},
        )
        if found.fun < best_value:
            best, best_value = np.exp(found.x), found.fun
    if slack(problem, best) > STATIONARY:
        raise ArithmeticError(f"ascent ended at slack {slack(problem, best):.2e}")
    return best
