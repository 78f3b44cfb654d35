"""The orthogonal moment: residual demand against residual price.

For units u with E[u | D, X] = exp(ℓ(X) + θ D̃), D̃ = D − E[D | X] of the log price D, and any
weights that depend on X alone, E[D̃ᵀ V⁻¹ (u exp(−ℓ − θ D̃) − 1)] = 0, and the derivative by ℓ or by
E[D | X] vanishes too: errors of the nuisance regressions matter in the second order only.
(Poisson's own moment, u − exp(ℓ + θ D̃), is not orthogonal: an error c of ℓ multiplies θ by 1 − c.)
V holds Poisson noise, the rows' own variance, and a shock that the rows of a product at a time
share, so that both the moves from week to week and those between stores count for what they are
worth. Both regressions are fitted on other cells (product × time) than they are used for.

References: Chernozhukov et al., "Double/debiased machine learning", Econometrics Journal 21
(2018); Liang & Zeger, "Longitudinal data analysis using generalized linear models", Biometrika 73
(1986); Santos Silva & Tenreyro, "The log of gravity", Rev. Econ. Stat. 88 (2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Floats, Ints

STEPS = 25
LARGEST_STEP = 1.0
#: An elasticity beyond is an artefact.
LARGEST = 15.0


@dataclass(frozen=True, slots=True)
class Estimates:
    """Of each group: θ, its cluster-robust variance (inf where nothing was learnt), clusters."""

    theta: Floats
    variance: Floats
    clusters: Ints


def estimate(
    units: Floats,
    log_mean: Floats,
    price: Floats,
    cell: Ints,
    group: Ints,
    variances: tuple[float, float],
) -> Estimates:
    """Solve the moment for each group of rows; a cell's rows belong to one group.

    `log_mean` is ℓ, `price` D̃; `variances`: of a cell's shock, of a row.
    """
    shock, own = variances
    mean = np.exp(np.minimum(log_mean, 30.0))
    spread = 1.0 / mean + own
    cells, groups = int(cell.max()) + 1, int(group.max()) + 1
    total = np.bincount(cell, weights=1.0 / spread, minlength=cells)
    share = shock / (1.0 + shock * total)

    def whitened(values: Floats) -> Floats:
        """Rows of V⁻¹ times `values`."""
        common = share * np.bincount(cell, weights=values / spread, minlength=cells)
        return (values - common[cell]) / spread

    instrument = whitened(price)
    leverage = np.bincount(cell, weights=instrument * price, minlength=cells)
    slope = np.bincount(group, weights=instrument * price, minlength=groups)

    def residual(theta: Floats) -> Floats:
        ratio = units / mean * np.exp(np.clip(-theta[group] * price, -20.0, 20.0))
        return ratio - 1.0

    theta = np.zeros(groups)
    for _ in range(STEPS):
        score = np.bincount(group, weights=instrument * residual(theta), minlength=groups)
        step = np.clip(score / np.maximum(slope, 1e-9), -LARGEST_STEP, LARGEST_STEP)
        theta = np.clip(theta + step, -LARGEST, LARGEST)
    moment = np.bincount(cell, weights=instrument * residual(theta), minlength=cells)
    of_cell = np.zeros(cells, np.int64)
    of_cell[cell] = group
    # each cluster's pull on its own residual is taken out (jackknife, CR3)
    hat = np.clip(leverage / np.maximum(slope, 1e-9)[of_cell], 0.0, 0.8)
    meat = np.bincount(of_cell, weights=(moment / (1.0 - hat)) ** 2, minlength=groups)
    clusters = np.bincount(of_cell, weights=leverage > 0.0, minlength=groups).astype(np.int64)
    known = (slope > 1e-6) & (clusters > 2) & (np.abs(theta) < LARGEST)
    variance = np.where(known, meat / np.maximum(slope, 1e-9) ** 2, np.inf)
    return Estimates(theta, variance, clusters)
