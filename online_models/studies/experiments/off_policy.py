"""What another policy would have earned, from prices drawn with logged propensities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from online_models.studies.experiments.interval import ALPHA, Interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class OffPolicy:
    """The value of a policy that was not in force, per decision.

    value: its expected reward. gain: the same less that of the policy in force.
    effective_decisions: (Σ w)² / Σ w² of the importance weights; where it is far below the number
        of decisions the log says little about the policy, and the value leans on the model.
    largest_weight: of a single decision.
    """

    value: Interval
    gain: Interval
    effective_decisions: float
    largest_weight: float


def doubly_robust(
    reward: Floats,
    propensity: Floats,
    target: Floats,
    predicted: Floats,
    predicted_target: Floats,
    cluster: Ints | None = None,
) -> OffPolicy:
    """Estimate a target policy's value (Dudík, Langford and Li 2011); arrays have shape (m,).

    ψ = Σ_a π(a|x) q(x, a) + π(a_logged|x) / e · (reward − q(x, a_logged)). With true propensities
    e it is unbiased whatever the model q; a good q makes it precise.

    Parameters
    ----------
    reward: profit of each logged decision.
    propensity: probability e > 0 with which the published price was drawn.
    target: probability with which the target policy would have published it.
    predicted, predicted_target: the model's reward of the logged price, and its mean over the
        target policy's prices. The model must not have learnt from the decision that it predicts:
        a forecast made before the bucket closed qualifies.
    cluster: decisions of equal value (those of one SKU, say) may depend on each other.

    Raises
    ------
    ValueError
        Where a propensity is outside (0, 1], a target probability outside [0, 1], or there are
        fewer than two clusters.
    """
    if not ((propensity > 0.0) & (propensity <= 1.0)).all():
        raise ValueError("propensity: must be above 0 and at most 1")
    if not ((target >= 0.0) & (target <= 1.0)).all():
        raise ValueError("target: must be between 0 and 1")
    weight = target / propensity
    score = predicted_target + weight * (reward - predicted)
    total = float(weight.sum())
    squares = float((weight * weight).sum())
    return OffPolicy(
        value=_clustered(score, cluster),
        gain=_clustered(score - reward, cluster),
        effective_decisions=total * total / squares if squares > 0.0 else 0.0,
        largest_weight=float(weight.max()),
    )


def _clustered(score: Floats, cluster: Ints | None) -> Interval:
    """Mean with a Student interval over clusters of any size (a ratio of two sums)."""
    count = len(score)
    labels = np.arange(count) if cluster is None else cluster
    places = np.unique(labels, return_inverse=True)[1]
    groups = int(places.max()) + 1 if count else 0
    if groups < 2:
        raise ValueError("cluster: at least two are needed for an interval")
    mean = float(score.mean())
    sums = np.bincount(places, score - mean, groups)
    variance = groups / (groups - 1.0) * float(sums @ sums) / count**2
    half = float(special.stdtrit(groups - 1, 1.0 - ALPHA / 2.0)) * variance**0.5
    return Interval(mean, mean - half, mean + half)
