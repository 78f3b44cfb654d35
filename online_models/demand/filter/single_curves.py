"""Demand curves of a few offers in plain Python numbers, to the bit those of `HierarchicalFilter`.

A competitor's price is answered for one offer, and there a NumPy call costs more than all that it
computes. Every operation is that of the arrays, in their order: what is decided may not depend on
how many offers are decided together.
"""

from __future__ import annotations

from itertools import repeat
from operator import itemgetter, mul, sub

import numpy as np
from numpy.typing import NDArray

from online_models.demand.curves import DemandContext, DemandCurves
from online_models.demand.filter.model import HierarchicalFilter
from online_models.demand.filter.pools import INVERSE_SIZE_WEIGHT
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
from online_models.numerics.elementary import log_one

Integers = NDArray[np.int64]

_COLUMNS = [tuple(column) for column in COLUMNS.tolist()]
_DIAGONAL = DIAGONAL.tolist()
_OWN = packed(ELASTICITY, ELASTICITY)
_BESIDE = packed(CROSS, CROSS)
_column = [itemgetter(*column) for column in _COLUMNS]
#: Those parts of a vector that belong to the i, and to the j, of each place of a covariance.
_rows = itemgetter(*[i for i in range(COEFFICIENTS) for _ in range(i + 1)])
_places = itemgetter(*[j for i in range(COEFFICIENTS) for j in range(i + 1)])


def single_curves(
    model: HierarchicalFilter, offer: Integers, row: Integers, context: DemandContext
) -> DemandCurves:
    """`model.curves` of offers (n,), n > 0, one by one."""
    columns = (
        offer,
        row,
        context.now,
        context.price,
        context.rival_price,
        context.promoted,
    )
    told = np.array(list(map(_curve, repeat(model), *[column.tolist() for column in columns])))
    return DemandCurves(context.price, *told.T)


def _curve(
    model: HierarchicalFilter,
    offer: int,
    row: int,
    now: int,
    price: float,
    rival: float,
    promoted: float,
) -> tuple[float, ...]:
    """The fields of one offer's DemandCurves after `anchor_price`."""
    state, pools = model.state, model.pools
    first = state.first_end.item(offer)
    age = max(now - first, 0) / DAY if first >= 0 else -1.0
    mean, covariance = _posterior(model, offer, row, now, max(age, 0.0))
    log_price = log_one(price)
    anchor = state.anchor.item(offer)
    deviation = 0.0 if anchor != anchor else log_price - anchor
    h = (
        1.0,
        deviation,
        state.policy_part.item(offer),
        _deviation(log_one(rival) if rival == rival else rival, state.rival_anchor.item(offer)),
        promoted,
        _siblings(model, offer, row),
    )
    direction = [0.0] * COEFFICIENTS
    for column, part in zip(_COLUMNS, h, strict=True):
        for i, at in enumerate(column):
            direction[i] += covariance[at] * part
    log_rate = variance = 0.0
    for k, part in enumerate(h):
        log_rate += mean[k] * part
        variance += direction[k] * part
    own = covariance[_OWN]
    between = pools.shared.variance.item(ELASTICITY, row)
    leans = min(max(own - between, 0.0) / pools.shared.scatter.item(ELASTICITY, row), 1.0)
    shared = between * leans * leans
    others = max(pools.members.item(row) - 1.0, 0.0)
    prior = INVERSE_SIZE_WEIGHT * pools.inverse_size.item(row)
    scatter = (state.variance_sum.item(offer) + prior) / (
        state.square_sum.item(offer) + INVERSE_SIZE_WEIGHT
    )
    return (
        log_rate,
        mean[ELASTICITY],
        max(variance, 1e-12),
        direction[ELASTICITY],
        own,
        1.0 / min(max(scatter, 1e-3), 20.0),
        mean[CROSS],
        covariance[_BESIDE],
        own * own + others * shared * shared,
        age,
    )


def _posterior(
    model: HierarchicalFilter, offer: int, row: int, now: int, age: float
) -> tuple[list[float], list[float]]:
    """The offer's coefficients at `now`, `age` days old, with the category row's pools applied."""
    state, pools = model.state, model.pools
    mean: list[float] = state.mean[offer].tolist()
    covariance: list[float] = state.covariance[offer].tolist()
    drift = pools.drift.tolist()
    last = state.last_end.item(offer)
    elapsed = max(now - last, 0) / DAY if last >= 0 else 0.0
    for at, variance in zip(_DIAGONAL, drift, strict=True):
        covariance[at] += elapsed * variance
    gap = state.implied.item(offer) - pools.shared.prior_mean.item(ELASTICITY)
    tilt = 0.0 if gap != gap else pools.lean.item(0) * gap
    beside = state.beside.item(offer)
    mean[LEVEL] -= beside
    widths, means = pools.pooled_at(row)
    for k, prior in enumerate(pools.prior_variance.tolist()):
        width = widths[k] + drift[k] * age if k == LEVEL else widths[k]
        own = 1.0 / (prior + drift[k] * age)
        precision = max(1.0 / width - own, 0.0)
        centre = means[k] + tilt if k == ELASTICITY else means[k]
        evidence = centre / width - pools.prior_mean.item(k) * own if precision > 0.0 else 0.0
        direction = _column[k](covariance)
        damping = 1.0 / (1.0 + precision * direction[k])
        step = (evidence - precision * mean[k]) * damping
        mean = [m + d * step for m, d in zip(mean, direction, strict=True)]
        gain = precision * damping
        products = map(mul, _rows([d * gain for d in direction]), _places(direction))
        covariance = list(map(sub, covariance, products))
        for at in _DIAGONAL:
            if covariance[at] < 1e-12:
                covariance[at] = 1e-12
    mean[LEVEL] += beside
    return mean, covariance


def _siblings(model: HierarchicalFilter, offer: int, row: int) -> float:
    """The mean deviation of the offer's siblings, as last known."""
    siblings, state = model.siblings, model.state
    gap = state.log_price.item(offer) - state.anchor.item(offer)
    group = row * siblings.channels + model.channel.item(offer)
    count = siblings.count.item(group)
    if row <= 0 or count <= 1.0 or gap != gap:
        return 0.0
    return float((siblings.total.item(group) - min(max(gap, -2.0), 2.0)) / (count - 1.0))


def _deviation(value: float, anchor: float) -> float:
    if value != value or anchor != anchor:
        return 0.0
    return min(max(value - anchor, -2.0), 2.0)
