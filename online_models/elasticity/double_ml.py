"""Own-price elasticities of all products of a panel, cross-fitted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.elasticity.controls import controls, others_price
from online_models.elasticity.effects import fit
from online_models.elasticity.orthogonal import Estimates, estimate
from online_models.elasticity.panel import Panel
from online_models.elasticity.pooling import pool

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLDS = 5
#: The demand regression takes the elasticities as known: once roughly, once well.
ROUNDS = 2
SEED = 20_180


@dataclass(frozen=True, slots=True)
class Effect:
    """Elasticities by product of the panel, by its offer, and of a category to others' prices."""

    product: Estimates
    offer: Estimates
    cross: Estimates


def double_ml(panel: Panel) -> Effect:
    """Estimate; the same panel gives the same figures."""
    design = controls(panel)
    fold = np.random.default_rng(SEED).permutation(np.arange(int(panel.cell.max()) + 1) % FOLDS)
    held = fold[panel.cell]
    none = np.zeros(len(panel))
    price = _residual(panel, design, panel.log_price, held)
    told = np.isfinite(panel.seen.exploration)
    price = np.where(told, panel.seen.exploration, price)
    units = np.maximum(panel.seen.units, 0.0)
    log_exposure = np.log(np.maximum(panel.exposure, 1e-3))
    theta = none
    for _ in range(ROUNDS):
        log_mean, variances = none.copy(), np.zeros(2)
        offset = log_exposure + theta * price
        for k in range(FOLDS):
            test = held == k
            found = fit(panel, design, units, offset, ~test, counts=True)
            log_mean[test] = (found.value - theta * price)[test]
            variances += np.array([found.cell_variance, found.row_variance]) / FOLDS
        shock, own = variances.tolist()
        products = estimate(units, log_mean, price, panel.cell, panel.sku, (shock, own))
        category = np.zeros(len(panel.products), np.int64)
        category[panel.sku] = panel.category
        theta = pool(products.theta, products.variance, category).mean[panel.sku]
    every = np.arange(len(panel))
    offers = estimate(units, log_mean, price, every, panel.offer, (0.0, shock + own))
    other = _residual(panel, np.column_stack([design, price]), others_price(panel), held)
    cross = estimate(
        units, log_mean + theta * price, other, panel.cell, panel.category, (shock, own)
    )
    return Effect(products, offers, cross)


def _residual(panel: Panel, design: Floats, values: Floats, held: Ints) -> Floats:
    """What controls and effects do not predict of `values`, each cell from the others."""
    none, left = np.zeros(len(panel)), np.zeros(len(panel))
    for k in range(FOLDS):
        test = held == k
        left[test] = (values - fit(panel, design, values, none, ~test, counts=False).value)[test]
    return left
