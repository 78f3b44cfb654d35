"""Elasticities by offer, category or brand: the rows of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from online_models.demand.curves import DemandContext
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.filter.state import CROSS, ELASTICITY
from online_models.demand.inputs.observations import Observations
from online_models.numerics.arrays import Floats, Ints
from online_models.studies.elasticity.double_ml import cross_elasticities, double_ml
from online_models.studies.elasticity.panel import OfferGroups, RegressionPanel, panel
from online_models.studies.elasticity.pooling import PooledElasticities, pool, shrink

By = Literal["offer", "category", "brand"]


@dataclass(frozen=True, slots=True)
class ElasticityRows:
    """k estimates: ids (offer rows, category or brand ids), posterior means and variances.

    `cross` and its variance are of the category's other products' prices, NaN where not asked for.
    """

    ids: Ints
    mean: Floats
    variance: Floats
    cross: Floats
    cross_variance: Floats


def double_ml_rows(
    parts: Sequence[Observations], offers: OfferGroups, by: By, cross: bool = False
) -> ElasticityRows:
    """Estimates for all that was on sale; what nothing is known of is as its category is."""
    seen = np.unique(np.concatenate([part.offer for part in parts]))
    found = panel(parts, offers)
    members, of_offer = np.unique(offers.sku[seen], return_inverse=True)
    theta, variance = np.zeros(len(members)), np.full(len(members), np.inf)
    own_theta, own_variance = np.zeros(len(seen)), np.full(len(seen), np.inf)
    if found is not None:
        effect = double_ml(found)
        at = np.searchsorted(members, found.products)
        theta[at], variance[at] = effect.product.theta, effect.product.variance
        at = np.searchsorted(seen, found.offers)
        own_theta[at], own_variance[at] = effect.offer.theta, effect.offer.variance
    first = seen[np.unique(of_offer, return_index=True)[1]]
    ids, group = np.unique(getattr(offers, "brand" if by == "brand" else "category")[first],
                           return_inverse=True)  # fmt: skip
    pooled = pool(theta, variance, group)
    if by == "offer":
        mean, spread = _offers(own_theta, own_variance, of_offer, pooled)
        result_ids, category = seen, offers.category[seen]
    else:
        mean, spread = pooled.group_mean, pooled.group_variance
        result_ids, category = ids, ids
    there = cross and by != "brand" and found is not None
    crosses = _cross(found, category) if there and found is not None else None
    nothing = np.full(len(result_ids), np.nan)
    return ElasticityRows(result_ids, mean, spread, *(crosses or (nothing, nothing)))


def _offers(
    theta: Floats, variance: Floats, product: Ints, pooled: PooledElasticities
) -> tuple[Floats, Floats]:
    """A product's channels about the product; one that has a single channel is the product."""
    alone = np.bincount(product)[product] == 1
    known_variance = np.where(alone, np.inf, variance)
    mean, spread = shrink(theta, known_variance, product, pooled.mean, pooled.variance)
    return (
        np.where(alone, pooled.mean[product], mean),
        np.where(alone, pooled.variance[product], spread),
    )


def _cross(found: RegressionPanel, category: Ints) -> tuple[Floats, Floats]:
    mean, variance = cross_elasticities(found)
    place = np.searchsorted(found.categories, category)
    inside = np.minimum(place, len(mean) - 1)
    known = found.categories[inside] == category
    return np.where(known, mean[inside], np.nan), np.where(known, variance[inside], np.nan)


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
