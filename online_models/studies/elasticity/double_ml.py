"""Own-price elasticities of all products of a panel, cross-fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.studies.elasticity.controls import controls
from online_models.studies.elasticity.effects import crossed
from online_models.studies.elasticity.orthogonal import Estimates, estimate
from online_models.studies.elasticity.panel import Panel
from online_models.studies.elasticity.pooling import pool

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Every cell is explained by regressions on four fifths of the others.
FOLDS = 5
#: The demand regression takes the elasticities as known: once roughly, once well.
ROUNDS = 2
SEED = 20_180


@dataclass(frozen=True, slots=True)
class Effect:
    """Elasticities by product of the panel, and by its offer."""

    product: Estimates
    offer: Estimates


def double_ml(panel: Panel) -> Effect:
    """Estimate; the same panel gives the same figures."""
    design = controls(panel)
    fold = np.random.default_rng(SEED).permutation(np.arange(int(panel.cell.max()) + 1) % FOLDS)
    held = fold[panel.cell]
    none = np.zeros(len(panel))
    predicted = crossed(panel, design, panel.log_price, none, held, counts=False)
    price = panel.log_price - predicted.value
    told = np.isfinite(panel.seen.exploration)
    price = np.where(told, panel.seen.exploration, price)
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
    return Effect(products, offers)
