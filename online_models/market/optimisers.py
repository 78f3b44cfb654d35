"""The prices that maximise a day's expected profit: one method for each structure of demand."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy import optimize

from online_models.market.assortment import Assortment
from online_models.market.demand.choice import NestedLogit
from online_models.market.demand.index import DemandIndex
from online_models.market.problem import Problem
from online_models.numerics.arrays import Floats

#: Points of each of the three grids; each next grid spans two steps of the one before.
GRID_POINTS = 49
GRID_ROUNDS = 3


def separable_optimum(profits: Callable[[Floats], Floats], low: Floats, high: Floats) -> Floats:
    """Prices, shape (n,), that maximise each offer's own `profits` (called with shape (G, n)).

    Exact to about 1e-6 of the price range in log price wherever a curve has a single peak between
    two points of the first grid (steps of 3 %), kinks included.

    >>> best = separable_optimum(lambda p: -(p - 7.0) ** 2, np.array([1.0]), np.array([50.0]))
    >>> abs(float(best[0]) - 7.0) < 1e-3
    True
    """
    lower, upper = np.log(low), np.log(high)
    best = 0.5 * (lower + upper)
    half = 0.5 * (upper - lower)
    fractions = np.linspace(-1.0, 1.0, GRID_POINTS)[:, None]
    for _ in range(GRID_ROUNDS):
        points = np.clip(best + half * fractions, lower, upper)
        chosen = profits(np.exp(points)).argmax(axis=0)
        best = points[chosen, np.arange(len(best))]
        half = half * (2.0 / (GRID_POINTS - 1))
    return np.exp(best)


#: Both loops converge quadratically; these bounds are never reached in a sound market.
OUTER_STEPS = 50
INNER_STEPS = 80
PRECISION = 1e-12


def nested_optimum(assortment: Assortment, demand: NestedLogit, index: DemandIndex) -> Floats:
    """Unbounded optimal prices in minor units, shape (n,).

    With margins m, sensitivities b and kept shares a, the first-order conditions read
    m_i = τ a_i / b_i + K_g for all i in nest g, K_g = (1 − τ) M_g + τ R, where M_g is the mean
    margin within the nest and R the profit per visitor (Gallego and Wang 2014, theorem 1). For a
    given R each K_g is the root of one increasing function; and R ← profit(R) converges
    quadratically, since the profit is stationary in R at its fixed point. The optimum is unique
    where max b / min b ≤ 1 / (1 − τ) in every nest or τ ≥ 1 (ibid., theorem 2); elsewhere it is a
    stationary point with the same conditions verified.
    """
    profit, level = 0.0, np.zeros(len(demand.dissimilarity))
    prices = assortment.first_price.astype(np.float64)
    for _ in range(OUTER_STEPS):
        level = _nest_levels(assortment, demand, index, profit, level)
        prices = _prices(assortment, demand, index, level)
        within, nests = demand.choice(demand.utility(prices, index)[0], index)
        earned = float((assortment.margins(prices) * within * nests[demand.nest]).sum())
        if abs(earned - profit) <= PRECISION * abs(earned):
            return prices
        profit = earned
    raise ArithmeticError("the adjusted markups of the nested logit did not converge")


def _prices(
    assortment: Assortment, demand: NestedLogit, index: DemandIndex, level: Floats
) -> Floats:
    falling = demand.utility(assortment.first_price.astype(np.float64), index)[1]
    tau = demand.dissimilarity[demand.nest]
    margins = tau * assortment.kept / falling + level[demand.nest]
    return (margins + assortment.cost) / assortment.kept


def _nest_levels(
    assortment: Assortment, demand: NestedLogit, index: DemandIndex, profit: float, start: Floats
) -> Floats:
    """Roots K of K − (1 − τ) M(K) − τ R, one per nest: Newton, bisecting where it leaves."""
    tau = demand.dissimilarity
    count = len(tau)
    falling = demand.utility(assortment.first_price.astype(np.float64), index)[1]
    rate = falling / (assortment.kept * tau[demand.nest])
    low = np.full(count, tau * profit)
    high = low + 4.0 * float(assortment.first_price.max())
    level = np.clip(start, low, high)
    for _ in range(INNER_STEPS):
        prices = _prices(assortment, demand, index, level)
        within = demand.choice(demand.utility(prices, index)[0], index)[0]
        margins = assortment.margins(prices)
        mean = np.bincount(demand.nest, within * margins, count)
        mean_rate = np.bincount(demand.nest, within * rate, count)
        gap = level - (1.0 - tau) * mean - tau * profit
        moved = within * (mean_rate[demand.nest] - rate) * margins + within
        slope = 1.0 - (1.0 - tau) * np.bincount(demand.nest, moved, count)
        low = np.where(gap < 0.0, level, low)
        high = np.where(gap > 0.0, level, high)
        step = level - gap / np.where(slope > 0.0, slope, 1.0)
        inside = (slope > 0.0) & (step >= low) & (step <= high)
        fresh = np.where(inside, step, 0.5 * (low + high))
        if np.abs(fresh - level).max() <= PRECISION * np.abs(high).max():
            return fresh
        level = fresh
    return level


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
