"""Estimates of many products made better by each other: empirical Bayes, two levels.

θ_s ~ N(μ_g, τ²) within a group g; what is reported of a product is its posterior, of a group the
posterior of the mean of its products. τ² by Paule & Mandel, J. Res. Natl. Bur. Stand. 87 (1982).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Elasticities of products differ; this is believed of τ before, for so many products' worth.
PRIOR_SCATTER = 0.5
PRIOR_PRODUCTS = 4.0
#: What is believed of a group's mean before: hardly anything.
PRIOR_MEAN, PRIOR_DEVIATION = -1.5, 2.0


@dataclass(frozen=True, slots=True)
class Pooled:
    """Posterior means and variances of the members (k,), and of their groups' averages (g,)."""

    mean: Floats
    variance: Floats
    group_mean: Floats
    group_variance: Floats


def pool(estimate: Floats, variance: Floats, group: Ints) -> Pooled:
    """Pool members within groups; an infinite variance is a member that nothing is known of.

    >>> known = pool(np.array([-2.0, -2.2, 0.0]), np.array([0.01, 0.01, np.inf]), np.zeros(3, int))
    >>> bool(-2.3 < known.mean[2] < -1.9), bool(known.variance[2] > known.variance[0])
    (True, True)
    """
    groups = int(group.max()) + 1
    theta, safe, known = _safe(estimate, variance)
    scatter = _scatter(theta[known], safe[known], group[known])
    weight = 1.0 / (safe + scatter)
    prior = 1.0 / (PRIOR_DEVIATION * PRIOR_DEVIATION)
    precision = np.bincount(group, weights=weight, minlength=groups) + prior
    centre = np.bincount(group, weights=weight * theta, minlength=groups) + prior * PRIOR_MEAN
    centre = centre / precision
    trust = scatter / (scatter + safe)
    mean = trust * theta + (1.0 - trust) * centre[group]
    inner = scatter * (1.0 - trust)
    number = np.maximum(np.bincount(group, minlength=groups), 1)
    average = np.bincount(group, weights=mean, minlength=groups) / number
    borrowed = np.bincount(group, weights=1.0 - trust, minlength=groups) / number
    group_variance = np.bincount(group, weights=inner, minlength=groups) / number**2
    return Pooled(
        mean,
        inner + (1.0 - trust) ** 2 / precision[group],
        average,
        group_variance + borrowed**2 / precision,
    )


def shrink(
    estimate: Floats, variance: Floats, group: Ints, centre: Floats, centre_variance: Floats
) -> tuple[Floats, Floats]:
    """Posterior means and variances of members whose groups' means are known apart, (k,) each."""
    theta, safe, known = _safe(estimate, variance)
    scatter = _scatter(theta[known], safe[known], group[known])
    trust = scatter / (scatter + safe)
    mean = trust * theta + (1.0 - trust) * centre[group]
    return mean, scatter * (1.0 - trust) + (1.0 - trust) ** 2 * centre_variance[group]


def _safe(estimate: Floats, variance: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    known = np.isfinite(variance) & (variance > 0)
    return np.where(known, estimate, 0.0), np.where(known, variance, 1e12), known


def _scatter(theta: Floats, variance: Floats, group: Ints) -> float:
    """τ²: members scatter about their groups' means as much as it and their errors say."""
    prior = PRIOR_SCATTER * PRIOR_SCATTER
    if not len(theta):
        return prior
    groups = int(group.max()) + 1
    freedom = len(theta) - len(np.unique(group))
    low, high = 0.0, 25.0
    for _ in range(50):
        middle = 0.5 * (low + high)
        weight = 1.0 / (variance + middle)
        total = np.maximum(np.bincount(group, weights=weight, minlength=groups), 1e-12)
        centre = np.bincount(group, weights=weight * theta, minlength=groups) / total
        excess = float((weight * (theta - centre[group]) ** 2).sum())
        low, high = (middle, high) if excess > freedom else (low, middle)
    share = freedom / (freedom + PRIOR_PRODUCTS)
    return share * 0.5 * (low + high) + (1.0 - share) * prior
