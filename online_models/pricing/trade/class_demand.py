"""What orders of a size class bring at which price: a level and an elasticity, learnt by the day.

The units of a day are Poisson draws of lots: mean λ (p / p₀)^−ε, the lot being the quantity of a
typical order. For each elasticity of a grid λ has a gamma posterior, which is exact, and the grid's
weights are the elasticity's posterior. So a day without an order teaches as much as one with ten,
and no step can diverge.

Reference: Harvey and Fernandes, "Time series models for count or qualitative observations", Journal
of Business and Economic Statistics 7 (1989), for the discounted gamma posterior.
"""

from __future__ import annotations

from typing import NamedTuple

from online_models.numerics.elementary import exp_one, log_one

#: Elasticities of the grid, and their prior weights' logarithms: log-normal about 3, wide.
ELASTICITIES = (0.6, 0.9, 1.3, 1.7, 2.2, 2.8, 3.5, 4.3, 5.2, 6.5, 8.0, 10.0, 13.0)
_PRIOR = tuple(-0.5 * (log_one(e / 3.0) / 0.7) ** 2 for e in ELASTICITIES)
#: What a day still weighs when the next one is over: two months of memory.
KEPT = 0.985
#: The gamma prior of λ: half a day's worth of one lot.
_ALPHA, _BETA = 0.5, 0.5


class ClassDemand(NamedTuple):
    """`alpha` is the gamma's shape, `beta` its rate by elasticity, `score` log weights; `orders`,
    `units` and `squares` (of quantities) are discounted sums.
    """

    alpha: float = _ALPHA
    beta: tuple[float, ...] = (_BETA,) * len(ELASTICITIES)
    score: tuple[float, ...] = _PRIOR
    orders: float = 0.0
    units: float = 0.0
    squares: float = 0.0

    def learn(self, log_price: float, orders: int, units: int, squares: float) -> ClassDemand:
        """After a day at the log price (against the reference) on which so many units were sold,
        in so many orders; `squares` is the sum of their quantities' squares.
        """
        orders_sum = self.orders * KEPT + orders
        units_sum, squares_sum = self.units * KEPT + units, self.squares * KEPT + squares
        lot = squares_sum / units_sum if units_sum > 0.0 else 1.0
        lots = units / lot
        alpha = _ALPHA + (self.alpha - _ALPHA) * KEPT
        betas, scores = [], []
        for elasticity, beta, score, prior in zip(
            ELASTICITIES, self.beta, self.score, _PRIOR, strict=True
        ):
            rate = exp_one(min(max(-elasticity * log_price, -20.0), 20.0))
            before = _BETA + (beta - _BETA) * KEPT
            seen = alpha * log_one(before) - (alpha + lots) * log_one(before + rate)
            scores.append(prior + (score - prior) * KEPT + seen - elasticity * log_price * lots)
            betas.append(before + rate)
        best = max(scores)
        scores = [max(score - best, -60.0) for score in scores]
        return ClassDemand(
            alpha + lots, tuple(betas), tuple(scores), orders_sum, units_sum, squares_sum
        )

    def weights(self) -> list[float]:
        """The posterior of the elasticity over the grid."""
        best = max(self.score)
        found = [exp_one(max(score - best, -60.0)) for score in self.score]
        whole = sum(found)
        return [each / whole for each in found]

    def elasticity(self, uniform: float | None) -> float:
        """A draw from the posterior by a uniform number; its mean where that is None."""
        weights = self.weights()
        if uniform is None:
            return sum(w * e for w, e in zip(weights, ELASTICITIES, strict=True))
        for weight, elasticity in zip(weights, ELASTICITIES, strict=True):
            uniform -= weight
            if uniform <= 0.0:
                return elasticity
        return ELASTICITIES[-1]
