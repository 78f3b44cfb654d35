"""Elasticities by offer, category or brand: the rows of the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

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
