"""Own and cross price elasticities of all products of a panel, cross-fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.studies.elasticity.controls import controls, others_price
from online_models.studies.elasticity.effects import crossed
from online_models.studies.elasticity.orthogonal import Estimates, estimate
from online_models.studies.elasticity.panel import RegressionPanel
from online_models.studies.elasticity.pooling import pool

#: Every cell is explained by regressions on four fifths of the others.
FOLDS = 5
#: The demand regression takes the elasticities as known: once roughly, once well.
ROUNDS = 2
SEED = 20_180


@dataclass(frozen=True, slots=True)
class ElasticityEffects:
    """Elasticities by product of the panel, and by its offer."""

    product: Estimates
    offer: Estimates


def double_ml(panel: RegressionPanel) -> ElasticityEffects:
    """Estimate; the same panel gives the same figures."""
    design = controls(panel)
    fold = np.random.default_rng(SEED).permutation(np.arange(int(panel.cell.max()) + 1) % FOLDS)
    held = fold[panel.cell]
    none = np.zeros(len(panel))
    predicted = crossed(panel, design, panel.log_price, none, held, counts=False)
    price = panel.log_price - predicted.value
    drawn = np.isfinite(panel.seen.exploration)
    price = np.where(drawn, panel.seen.exploration, price)
    units = np.maximum(panel.seen.units, 0.0)
    log_exposure = np.log(np.maximum(panel.exposure, 1e-3))
    # the whole move, not its residual: so an error of the price regression falls out of ℓ + θ D̃
    move = panel.log_price - panel.log_price.mean()
    theta = none
    for _ in range(ROUNDS):
        found = crossed(panel, design, units, log_exposure + theta * move, held, counts=True)
        log_mean = found.value - theta * price
        shock, own = found.cell_variance, found.row_variance
        products = estimate(units, log_mean, price, panel.cell, panel.sku, (shock, own))
        category = np.zeros(len(panel.products), np.int64)
        category[panel.sku] = panel.category
        theta = pool(products.theta, products.variance, category).mean[panel.sku]
    every = np.arange(len(panel))
    offers = estimate(units, log_mean, price, every, panel.offer, (0.0, shock + own))
    return ElasticityEffects(products, offers)


#: Cross elasticities are believed to be within this of zero, beforehand.
CROSS_PRIOR_DEVIATION = 0.3
CROSS_SEED = 20_181


def cross_elasticities(panel: RegressionPanel) -> tuple[Floats, Floats]:
    """Posterior means and variances by the panel's categories, to the mean log price of others.

    The others' common move is shared by a whole category at a time, so that no effect of times can
    be taken out here: demand that rises with the category's prices for another reason is taken for
    substitution. Hence the strong shrinkage to zero.
    """
    others = others_price(panel)
    design = np.column_stack([controls(panel), panel.log_price - panel.log_price.mean()])
    times = np.random.default_rng(CROSS_SEED).permutation(
        np.arange(int(panel.time.max()) + 1) % FOLDS
    )
    held, none = times[panel.time], np.zeros(len(panel))
    move = others - crossed(panel, design, others, none, held, counts=False, shared=False).value
    units = np.maximum(panel.seen.units, 0.0)
    offset = np.log(np.maximum(panel.exposure, 1e-3))
    found = crossed(panel, design, units, offset, held, counts=True, shared=False)
    # hardly anything but the market's common move is left: weighed as if rows were alone, and
    # the interval by markets
    variances = (0.0, found.cell_variance + found.row_variance)
    estimates = estimate(units, found.value, move, panel.market, panel.category, variances)
    prior = 1.0 / (CROSS_PRIOR_DEVIATION * CROSS_PRIOR_DEVIATION)
    with np.errstate(divide="ignore"):
        precision = np.where(estimates.variance > 0.0, 1.0 / estimates.variance, 0.0)
    return estimates.theta * precision / (precision + prior), 1.0 / (precision + prior)
