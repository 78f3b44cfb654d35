"""What the pricer has learnt of elasticities, and how far their errors are one error."""

from __future__ import annotations

import numpy as np

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.filter.state import ELASTICITY
from online_models.numerics.arrays import Flags, Floats, Ints

#: The online posterior counts as learnt where its deviation has come below this share of what was
#: believed before any sale, and the offer has been seen for so many days.
LEARNT, LEAST_DAYS = 0.8, 7.0


def is_learnt(demand: DemandModels, variance: Floats) -> Flags:
    """Whether posterior variances, (n,), are clearly below what was believed before any sale."""
    return variance <= LEARNT * LEARNT * demand.settings.scatter


def seen_long_enough(demand: DemandModels, offer: Ints) -> Flags:
    """Offers, (n,), that were seen for days enough."""
    return demand.filter.state.days[offer] >= LEAST_DAYS


def common_deviation(demand: DemandModels, offer: Ints, variance: Floats) -> Floats:
    """The part of the posterior deviations of offers, (n,), that all offers of a category share: as
    far as each depends on the mean of their category.
    """
    pools, row = demand.filter.pools.shared, demand.registry.category_row[offer]
    common = pools.variance[ELASTICITY, row]
    width = pools.scatter[ELASTICITY, row] + common
    return np.asarray(np.clip(variance / width, 0.0, 1.0) * np.sqrt(common))
