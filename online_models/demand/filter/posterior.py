"""What is believed of one offer at one moment: its own data and its category's pools together.

Rules of one offer, compiled: posteriors that are learnt from and curves that are decided by are
made of the same.
"""

from __future__ import annotations

from math import isnan
from typing import NamedTuple

import numpy as np

from online_models.demand.filter.price_scale import (
    GROWTH,
    GROWTH_DEVIATION,
    scaled_and_steepness,
)
from online_models.demand.filter.state import (
    COEFFICIENTS,
    COLUMNS,
    CROSS,
    DIAGONAL,
    ELASTICITY,
    LEVEL,
    packed,
)
from online_models.demand.inputs.observations import DAY
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.compiled import compiled
from online_models.numerics.elementary import log_one

_OWN, _CROSS = packed(ELASTICITY, ELASTICITY), packed(CROSS, CROSS)


class Beliefs(NamedTuple):
    """The columns of `FilterState` that curves read."""

    mean: Floats
    covariance: Floats
    anchor: Floats
    competitor_anchor: Floats
    log_price: Floats
    policy_part: Floats
    cold_start_level: Floats
    first_end: Ints
    last_end: Ints
    variance_sum: Floats
    square_sum: Floats
    remembered: Floats


class Shared(NamedTuple):
    """What category rows share, (COEFFICIENTS, rows), and what all offers start from."""

    mean: Floats
    variance: Floats
    scatter: Floats
    #: Of every offer by itself, before the pools, (COEFFICIENTS,).
    own_mean: Floats
    own_variance: Floats
    drift: Floats


@compiled
def _deflate(covariance: Floats, direction: Floats, gain: float) -> None:
    """P −= v vᵀ · gain of one offer, in place, P packed (PACKED,)."""
    at = 0
    for i in range(COEFFICIENTS):
        scaled = direction[i] * gain
        for j in range(i + 1):
            covariance[at] -= direction[j] * scaled
            at += 1
        covariance[at - 1] = max(covariance[at - 1], 1e-12)


@compiled
def deflate(covariances: Floats, directions: Floats, gain: Floats) -> None:
    """The same of n offers: P packed (PACKED, n), v (COEFFICIENTS, n), gain (n,)."""
    for n in range(len(gain)):
        covariance = covariances[:, n].copy()
        _deflate(covariance, directions[:, n], gain[n])
        covariances[:, n] = covariance


@compiled
def apply_pools(
    mean: Floats, covariance: Floats, row: int, age: float, margin_offset: float, shared: Shared
) -> None:
    """Replace the own priors of one offer by its category's, in place; `age` in days.

    `mean` is (COEFFICIENTS,), `covariance` (PACKED,).
    """
    direction = np.empty(COEFFICIENTS)
    for k in range(COEFFICIENTS):
        width, centre = shared.scatter[k, row] + shared.variance[k, row], shared.mean[k, row]
        # levels wander apart for good: where its category began binds an old offer little
        if k == LEVEL:
            width += shared.drift[k] * age
        if k == ELASTICITY:
            centre += margin_offset
        own = 1.0 / (shared.own_variance[k] + shared.drift[k] * age)
        precision = max(1.0 / width - own, 0.0)
        evidence = centre / width - shared.own_mean[k] * own if precision > 0.0 else 0.0
        for i in range(COEFFICIENTS):
            direction[i] = covariance[COLUMNS[k, i]]
        damping = 1.0 / (1.0 + precision * direction[k])
        step = (evidence - precision * mean[k]) * damping
        for i in range(COEFFICIENTS):
            mean[i] += direction[i] * step
        _deflate(covariance, direction, precision * damping)


@compiled
def apply_all(
    means: Floats,
    covariances: Floats,
    row: Ints,
    age: Floats,
    margin_offset: Floats,
    shared: Shared,
) -> None:
    """`apply_pools` of n offers: `means` (COEFFICIENTS, n), `covariances` (PACKED, n)."""
    for n in range(len(row)):
        mean, covariance = means[:, n].copy(), covariances[:, n].copy()
        apply_pools(mean, covariance, row[n], age[n], margin_offset[n], shared)
        means[:, n], covariances[:, n] = mean, covariance


@compiled
def _bounded(gap: float) -> float:
    return min(max(gap, -2.0), 2.0)


@compiled
def curves(
    offer: Ints,
    row: Ints,
    now: Ints,
    price: Floats,
    competitor_price: Floats,
    promoted: Floats,
    margin_offset: Floats,
    group: Ints,
    beliefs: Beliefs,
    shared: Shared,
    memory: float,
    sibling_total: Floats,
    sibling_count: Floats,
    members: Floats,
    inverse_size: Floats,
    size_weight: float,
) -> Floats:
    """The fields of `DemandCurves` from `log_rate` on, (fields, n), of offers at their prices in
    force. `group` is where their siblings' sums stand. Elasticities are those that last, once the
    price is what shoppers remember (`memory`: ρ).
    """
    found = np.zeros((11, len(offer)))
    h, direction = np.ones(COEFFICIENTS), np.empty(COEFFICIENTS)
    for n in range(len(offer)):
        at, category = offer[n], row[n]
        mean, covariance = beliefs.mean[at].copy(), beliefs.covariance[at].copy()
        first, last = beliefs.first_end[at], beliefs.last_end[at]
        elapsed = max(now[n] - last, 0) / DAY if last >= 0 else 0.0
        for k in range(COEFFICIENTS):
            covariance[DIAGONAL[k]] += shared.drift[k] * elapsed
        age = max(now[n] - first, 0) / DAY if first >= 0 else -1.0
        mean[LEVEL] -= beliefs.cold_start_level[at]
        apply_pools(mean, covariance, category, max(age, 0.0), margin_offset[n], shared)
        mean[LEVEL] += beliefs.cold_start_level[at]

        anchor, log_price = beliefs.anchor[at], log_one(price[n])
        competitor = log_one(competitor_price[n]) - beliefs.competitor_anchor[at]
        gap, count = beliefs.log_price[at] - anchor, sibling_count[group[n]]
        deviation = 0.0 if isnan(anchor) else _bounded(log_price - anchor)
        h[1], steep = scaled_and_steepness(deviation)
        lasting = (1.0 - memory) * steep
        remembered = beliefs.remembered[at]
        if isnan(remembered):
            remembered = h[1]
        # what the elasticity is at a price far from the recent ones rests on λ
        doubt = GROWTH_DEVIATION * (h[1] - remembered) * mean[ELASTICITY] * (1.0 - memory)
        h[1] -= memory * remembered
        h[2] = beliefs.policy_part[at]
        h[3] = 0.0 if isnan(competitor) else _bounded(competitor)
        h[4] = promoted[n]
        h[5] = 0.0
        if category > 0 and count > 1.0 and not isnan(gap):
            h[5] = (sibling_total[group[n]] - _bounded(gap)) / (count - 1.0)

        direction[:] = 0.0
        for j in range(COEFFICIENTS):
            for i in range(COEFFICIENTS):
                direction[i] += covariance[COLUMNS[j, i]] * h[j]
        log_rate, variance = 0.0, 0.0
        for j in range(COEFFICIENTS):
            log_rate += mean[j] * h[j]
            variance += direction[j] * h[j]
        own = covariance[_OWN]
        between = shared.variance[ELASTICITY, category]
        reliance = min(max(own - between, 0.0) / shared.scatter[ELASTICITY, category], 1.0)
        common = between * reliance * reliance
        prior = size_weight * inverse_size[category]
        scatter = (beliefs.variance_sum[at] + prior) / (beliefs.square_sum[at] + size_weight)
        found[0, n] = log_rate
        found[1, n] = mean[ELASTICITY] * lasting
        found[2, n] = max(variance, 1e-12)
        found[3, n] = direction[ELASTICITY] * lasting
        found[4, n] = own * lasting * lasting + doubt * doubt
        found[5, n] = 1.0 / min(max(scatter, 1e-3), 20.0)
        found[6, n] = mean[CROSS] * (1.0 - memory)
        found[7, n] = covariance[_CROSS] * (1.0 - memory) * (1.0 - memory)
        informs = own * own + max(members[category] - 1.0, 0.0) * common * common
        found[8, n] = informs * lasting * lasting
        found[9, n] = age
        found[10, n] = GROWTH * found[1, n]
    return found
