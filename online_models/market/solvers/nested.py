"""The optimum of a nested logit market by its adjusted markups."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.demand.nested_logit import NestedLogit
from online_models.market.index import Index

#: Both loops converge quadratically; these bounds are never reached in a sound market.
OUTER_STEPS = 50
INNER_STEPS = 80
PRECISION = 1e-12


def nested_optimum(assortment: Assortment, demand: NestedLogit, index: Index) -> Floats:
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


def _prices(assortment: Assortment, demand: NestedLogit, index: Index, level: Floats) -> Floats:
    falling = demand.utility(assortment.first_price.astype(np.float64), index)[1]
    tau = demand.dissimilarity[demand.nest]
    margins = tau * assortment.kept / falling + level[demand.nest]
    return (margins + assortment.cost) / assortment.kept


def _nest_levels(
    assortment: Assortment, demand: NestedLogit, index: Index, profit: float, start: Floats
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
