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


def stretch(problem: Problem, prices: Floats) -> Floats:
    """Factors that make profit about equally curved in every stretched log price, shape (n,).

    The curvature by an offer's log price is about its turnover; offers differ by orders of
    magnitude in it, and an ascent that knows takes a tenth of the steps.
    """
    turnover = problem.assortment.kept * problem.rates(prices) * prices
    stretched: Floats = np.sqrt(turnover / turnover.sum()) + 1e-4
    return stretched


def ascend(problem: Problem, starts: Sequence[Floats]) -> Floats:
    """The best stationary prices reached from `starts` by L-BFGS-B in log prices, shape (n,).

    Raises
    ------
    ArithmeticError
        Where the first-order conditions do not hold at the end: such an optimum is none.
    """
    low, high = problem.bounds
    first = np.clip(starts[0], low, high)
    by = stretch(problem, first)
    scale = max(abs(float(problem.profits(first).sum())), 1.0)

    def loss(stretched: Floats) -> tuple[float, Floats]:
        prices = np.exp(stretched / by)
        value = -float(problem.profits(prices).sum()) / scale
        return value, -problem.gradient(prices) * prices / (by * scale)

    best, best_value = first, np.inf
    for start in starts:
        found = optimize.minimize(
            loss,
            by * np.log(np.clip(start, low, high)),
            jac=True,
            method="L-BFGS-B",
            bounds=optimize.Bounds(by * np.log(low), by * np.log(high)),
            options={"maxiter": 2000, "maxcor": 20, "ftol": 1e-13, "gtol": 2e-5},
        )
        if found.fun < best_value:
            best, best_value = np.clip(np.exp(found.x / by), low, high), found.fun
    if slack(problem, best) > STATIONARY:
        raise ArithmeticError(f"ascent ended at slack {slack(problem, best):.2e}")
    return best
