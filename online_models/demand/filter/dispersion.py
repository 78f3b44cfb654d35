"""How far units scatter about their rate: 1 / size of an offer's negative binomial.

Every offer measures its own, discounted; its category's counts for as much as so many windows do.
"""

from __future__ import annotations

import numpy as np

from online_models.demand.filter.pools import INVERSE_SIZE_WEIGHT
from online_models.demand.filter.state import FilterState
from online_models.demand.filter.update import LARGEST_RESIDUAL
from online_models.numerics.arrays import Flags, Floats, Ints

#: More than this above what was expected is a coefficient still to be learnt, no scatter: a
#: promotion that sells five times the usual would make all that follows count for nothing.
LARGEST_EXCESS = 1.7
#: Memory, per window.
FORGETTING = 0.98


def learn_dispersion(
    state: FilterState, offer: Ints, units: Floats, mean: Floats, variance: Floats, known: Flags
) -> None:
    """Learn from units against their expected `mean`, where the log rates, of such `variance`, are
    `known`; (n,) each.
    """
    weight = np.where(known, 1.0, 0.0) / ((1.0 + mean) * (1.0 + mean))
    excess = np.minimum(units - mean, LARGEST_EXCESS * mean + LARGEST_RESIDUAL * np.sqrt(mean))
    state.variance_sum[offer] = FORGETTING * state.variance_sum[offer] + weight * (
        excess * excess - mean - mean * mean * variance
    )
    state.square_sum[offer] = FORGETTING * state.square_sum[offer] + weight * mean * mean


def dispersion(state: FilterState, offer: Ints, in_category: Floats) -> Floats:
    """1 / size of offers in whose categories it is usually so much, (n,)."""
    prior = INVERSE_SIZE_WEIGHT * in_category
    ratio = (state.variance_sum[offer] + prior) / (state.square_sum[offer] + INVERSE_SIZE_WEIGHT)
    return np.minimum(np.maximum(ratio, 1e-3), 20.0)
