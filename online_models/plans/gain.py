"""What a promotion of an offer would bring, per usual day of it: gain, its interval, and its parts.

It sells more, at the lower price, by the offer's own elasticity and by what promotions add beyond
their price. Of what it sells more, a share is bought ahead and missing later at the usual price,
and a part is taken from the category's other offers, by the elasticity to each other's prices.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.demand.filter_state import CROSS, ELASTICITY, PROMOTED, packed
from online_models.demand.models import DemandModels
from online_models.exact_math import exp, log, normals, sum_by
from online_models.plans.pull_forward import PullForward
from online_models.pricing.economics import net_share, unit_profit
from online_models.pricing.situation import Situation
from online_models.pricing.substitutes import declared

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Draws of what is uncertain; every offer and depth gets the same ones, so that they compare.
DRAWS = 400
SEED = 20_041
#: Ends of the interval, as shares of the draws: 90 % lie within.
LOWER, UPPER = 0.05, 0.95
#: By how much a log lift errs beyond what the coefficients' own deviations say: the curve itself is
#: a guess. In simulated markets lifts err by .07 to .12 in all.
CURVE_DEVIATION = 0.1
#: A promotion is not believed to sell more than e to this times the usual.
LARGEST_LIFT = 2.0
#: Own elasticities nearer to zero divert nothing that could be told.
LEAST_ELASTICITY = 0.5


@dataclass(frozen=True)
class Usual:
    """Offers at their regular prices, minor units, all (n,): units and profit of a usual day, and
    by group (a category on a channel) the profit of its other offers.
    """

    price: Floats
    units: Floats
    others_profit: Floats
    others: Floats


@dataclass(frozen=True)
class Gain:
    """A promotion's effects per usual day of it, all (n,): profit added in the mean and at the ends
    of its interval, revenue added net of tax, discounts given, minor units; units sold in it, those
    of them that were not sold without it, how many of these are bought ahead, and the profit taken
    from other offers.
    """

    profit: Floats
    lower: Floats
    upper: Floats
    revenue: Floats
    discount: Floats
    units: Floats
    extra: Floats
    ahead: Floats
    taken: Floats


def usual(situation: Situation, price: Floats, group: Ints, groups: int) -> Usual:
    """What offers sell at regular prices (n,) in minor units; `group` −1 competes with nobody."""
    curves = situation.curves
    x = log(price) - situation.log_anchor
    rate = curves.log_rate + curves.elasticity * x + 0.5 * curves.log_rate_variance
    units = exp(np.minimum(rate, 30.0))
    profit = np.maximum(unit_profit(situation, price), 0.0) * units
    alone = group < 0
    at = np.where(alone, 0, group)
    total = sum_by(at, np.where(alone, 0.0, profit), groups)[at]
    number = sum_by(at, np.where(alone, 0.0, 1.0), groups)[at]
    zero = np.zeros(len(price))
    others_profit = np.where(alone, zero, np.maximum(total - profit, 0.0))
    return Usual(price, units, others_profit, np.where(alone, zero, number - 1.0))


def gain(
    situation: Situation,
    demand: DemandModels,
    before: Usual,
    price: Floats,
    ahead: PullForward,
    typical_depth: float,
) -> Gain:
    """Of promotions at `price` (n,), minor units; `ahead` has a row per offer.

    What promotions add beyond their price is known at the depths that they had: one that is not as
    deep as is typical adds as much less.
    """
    rows = situation.rows
    posterior = demand.filter.posterior(rows, demand.registry.category_row[rows], situation.now)
    mean, covariance = posterior.mean, posterior.covariance
    step = log(price) - log(before.price)
    known = np.minimum((1.0 - price / before.price) / typical_depth, 1.0)
    own, lift, cross = mean[ELASTICITY], mean[PROMOTED], mean[CROSS]
    deviation = {k: np.sqrt(covariance[packed(k, k)]) for k in (ELASTICITY, PROMOTED, CROSS)}
    tied = covariance[packed(ELASTICITY, PROMOTED)] / deviation[ELASTICITY]
    free = np.sqrt(np.maximum(covariance[packed(PROMOTED, PROMOTED)] - tied * tied, 0.0))
    usual_margin, margin = unit_profit(situation, before.price), unit_profit(situation, price)
    given = declared(situation)

    def worth(z: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Profit, units, extra ones, those bought ahead and profit taken at standard normals (6,)
        of own elasticity, promotion, cross elasticity, share bought ahead, rate and curve.
        """
        elasticity = own + deviation[ELASTICITY] * z[0]
        beyond = known * (lift + tied * z[0] + free * z[1])
        more = np.minimum(elasticity * step + beyond + CURVE_DEVIATION * z[5], LARGEST_LIFT)
        rate = before.units * exp(np.sqrt(situation.curves.log_rate_variance) * z[4])
        units = rate * exp(more)
        extra = units - rate
        early = np.maximum(ahead.share + ahead.deviation * z[3], 0.0) * np.maximum(extra, 0.0)
        effect = np.maximum(cross + deviation[CROSS] * z[2], 0.0)
        effect = effect / np.maximum(-elasticity, LEAST_ELASTICITY) * np.maximum(more, 0.0)
        each = 1.0 - exp(-effect / np.maximum(before.others, 1.0))
        taken = np.maximum(each * before.others_profit, given * extra)
        profit = margin * units - usual_margin * (rate + early) - taken
        return profit, units, extra, early, taken

    profit, units, extra, early, taken = worth(np.zeros(6))
    draws = np.sort(np.stack([worth(z)[0] for z in normals(SEED, np.arange(DRAWS), count=6)]), 0)
    share = net_share(situation)
    return Gain(
        profit,
        draws[int(LOWER * DRAWS)],
        draws[int(UPPER * DRAWS) - 1],
        share * (price * units - before.price * (units - extra + early)),
        (before.price - price) * units,
        units,
        extra,
        early,
        taken,
    )
