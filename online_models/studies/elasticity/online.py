"""The online model's elasticities at the end of a recording."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from online_models.demand.curves import DemandContext
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.filter.state import CROSS, ELASTICITY
from online_models.demand.inputs.observations import Observations
from online_models.numerics.arrays import Floats, Ints
from online_models.studies.elasticity.panel import OfferGroups
from online_models.studies.elasticity.rows import By, ElasticityRows


def online_rows(
    demand: DemandModels, parts: Sequence[Observations], offers: OfferGroups, by: By
) -> ElasticityRows:
    """Posterior by offer, or of the average over the offers of a category or brand."""
    offer, price, now = _last_prices(parts)
    nothing = np.zeros(len(offer))
    unknown = np.full(len(offer), np.nan)
    context = DemandContext(now, price, unknown, nothing, nothing)
    curves = demand.curves(offer, context)
    mean, variance = curves.elasticity, curves.elasticity_variance
    if by == "offer":
        return ElasticityRows(offer, mean, variance, curves.cross, curves.cross_variance)
    ids, group = np.unique(getattr(offers, by)[offer], return_inverse=True)
    number = np.maximum(np.bincount(group), 1)
    average = np.bincount(group, weights=mean) / number
    spread = _average_variance(demand, offer, variance, group)
    blank = np.full(len(ids), np.nan)
    if by == "category":
        pools, row = demand.filter.pools.shared, ids + 1
        return ElasticityRows(
            ids, average, spread, pools.mean[CROSS, row], pools.variance[CROSS, row]
        )
    return ElasticityRows(ids, average, spread, blank, blank)


def _average_variance(demand: DemandModels, offer: Ints, variance: Floats, group: Ints) -> Floats:
    """Variance of the mean over a group's offers, whose errors are common as far as each
    depends on the mean of their category: that part does not average out.
    """
    pools, row = demand.filter.pools.shared, demand.registry.category_row[offer]
    common = pools.variance[ELASTICITY, row]
    width = pools.scatter[ELASTICITY, row] + common
    pooled_share = np.clip(variance / width, 0.0, 1.0)
    number = np.maximum(np.bincount(group), 1)
    own = np.maximum(variance - pooled_share * pooled_share * common, 0.0)
    shared = np.bincount(group, weights=pooled_share * np.sqrt(common)) / number
    result: Floats = np.bincount(group, weights=own) / number**2 + shared * shared
    return result


def _last_prices(parts: Sequence[Observations]) -> tuple[Ints, Floats, Ints]:
    """Offers with any price, the last one of each, and the end of the recording."""
    offer = np.concatenate([part.offer for part in parts])
    price = np.concatenate([part.price for part in parts])
    end = int(max(part.end.max() for part in parts))
    known = price > 0
    last = np.full(int(offer.max()) + 1, np.nan)
    last[offer[known]] = price[known]
    rows = np.flatnonzero(~np.isnan(last))
    return rows, last[rows], np.full(len(rows), end)
