"""Estimates of many products made better by each other: a hierarchical normal model.

θ_s ~ N(μ_g, τ²) within a group g, μ_g ~ N(−2, 10²), τ ~ Gamma(2, 0.4). Reported of a product
is its posterior, of a group that of the mean of its products. All is averaged over τ on a grid, so
the intervals know that the scatter itself is a guess.

References: Gelman et al., "Bayesian Data Analysis" (3rd ed.), section 5.4; Chung et al., "A
nondegenerate penalized likelihood estimator for variance parameters", Psychometrika 78 (2013).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import sum_by

#: Scale of what is believed of τ (products do differ: its density vanishes at 0), and the values
#: tried.
PRIOR_SCATTER = 0.4
SCATTERS = np.geomspace(0.01, 4.0, 32)
#: What is believed of a group's mean before: hardly anything.
PRIOR_MEAN, PRIOR_DEVIATION = -2.0, 10.0
#: Variance of an estimate that is not known.
NOTHING = 1e12


@dataclass(frozen=True, slots=True)
class PooledElasticities:
    """Posterior means and variances of the members (k,), and of their groups' averages (g,)."""

    mean: Floats
    variance: Floats
    group_mean: Floats
    group_variance: Floats


def pool(estimate: Floats, variance: Floats, group: Ints) -> PooledElasticities:
    """Pool members within groups 0 … g − 1, none of them empty; an infinite variance is a member
    that nothing is known of.

    >>> known = pool(np.array([-2.0, -2.2, 0.0]), np.array([0.01, 0.01, np.inf]), np.zeros(3, int))
    >>> bool(-2.3 < known.mean[2] < -1.9), bool(known.variance[2] > known.variance[0])
    (True, True)
    """
    groups = int(group.max()) + 1
    theta, safe = _safe(estimate, variance)
    given = [_given(theta, safe, group, groups, scatter) for scatter in SCATTERS.tolist()]
    weights = _weights(np.array([likelihood for _, likelihood in given]))
    mean, spread = _mixed([(p.mean, p.variance) for p, _ in given], weights)
    return PooledElasticities(
        mean, spread, *_mixed([(p.group_mean, p.group_variance) for p, _ in given], weights)
    )


def _given(
    theta: Floats, variance: Floats, group: Ints, groups: int, scatter: float
) -> tuple[PooledElasticities, float]:
    """Posteriors for one τ, and the log likelihood of it."""
    square = scatter * scatter
    weight = 1.0 / (variance + square)
    prior = 1.0 / (PRIOR_DEVIATION * PRIOR_DEVIATION)
    gap = theta - PRIOR_MEAN
    precision = sum_by(group, weight, groups) + prior
    pull = sum_by(group, weight * gap, groups)
    centre = PRIOR_MEAN + pull / precision
    known = variance < NOTHING
    likelihood = 0.5 * float((np.log(weight) - weight * gap * gap)[known].sum())
    likelihood += 0.5 * float((pull * pull / precision - np.log(precision)).sum())
    trust = square * weight
    inner = square * (1.0 - trust)
    number = np.maximum(np.bincount(group, minlength=groups), 1)
    mean = centre[group] + trust * (theta - centre[group])
    borrowed = sum_by(group, 1.0 - trust, groups) / number
    pooled = PooledElasticities(
        mean,
        inner + (1.0 - trust) ** 2 / precision[group],
        sum_by(group, mean, groups) / number,
        sum_by(group, inner, groups) / number**2 + borrowed**2 / precision,
    )
    return pooled, likelihood


def _safe(estimate: Floats, variance: Floats) -> tuple[Floats, Floats]:
    known = np.isfinite(variance) & (variance > 0)
    return np.where(known, estimate, PRIOR_MEAN), np.where(known, variance, NOTHING)


def _weights(likelihood: Floats) -> Floats:
    """Posterior weights of the grid, whose geometric spacing is one more factor τ."""
    log_weight = likelihood + 2.0 * np.log(SCATTERS) - SCATTERS / PRIOR_SCATTER
    weight = np.exp(log_weight - log_weight.max())
    result: Floats = weight / weight.sum()
    return result


def _mixed(given: list[tuple[Floats, Floats]], weights: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of a mixture of normals, member by member."""
    means = np.stack([mean for mean, _ in given])
    spreads = np.stack([spread for _, spread in given])
    mean: Floats = weights @ means
    variance: Floats = weights @ (spreads + (means - mean) ** 2)
    return mean, variance
