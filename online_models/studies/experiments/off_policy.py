"""What other prices would have earned, from prices drawn with logged propensities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.studies.experiments.lift import ALPHA, Interval


@dataclass(frozen=True)
class OffPolicy:
    """The value of a policy that was not in force, per decision.

    value: its expected reward. gain: the same less that of the policy in force.
    effective_decisions: (Σ w)² / Σ w² of the importance weights; where it is far below the number
        of decisions the log says little about the policy, and the value rests on the model.
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
        a forecast made before the window closed qualifies.
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
        value=clustered(score, cluster),
        gain=clustered(score - reward, cluster),
        effective_decisions=total * total / squares if squares > 0.0 else 0.0,
        largest_weight=float(weight.max()),
    )


def clustered(score: Floats, cluster: Ints | None) -> Interval:
    """Mean with a Student interval over clusters of any size (a ratio of two sums).

    ValueError where there are fewer than two.
    """
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


#: Below these the interval's own width is a guess.
LEAST_MATCHES, LEAST_CLUSTERS = 30, 10
#: Where fewer of the other prices could have been drawn, the models, not the log, would answer.
LEAST_COVERAGE = 0.9


@dataclass(frozen=True)
class Judgement:
    """What a log says of prices that were not in force.

    decisions: in the log, of `clusters` clusters. matches: those that drew the other price.
    coverage: the share of the other prices that the log could have drawn. Each had its chance e, so
        that the mean of 1/e over the matches, the rest counting 0, estimates it; NaN without any.
    estimate: None where the log allows none; then `why` says so.
    """

    decisions: int
    clusters: int
    matches: int
    coverage: Interval
    estimate: OffPolicy | None
    why: str = ""


def judge(
    reward: Floats, propensity: Floats, same: Flags, predicted: Floats, cluster: Ints
) -> Judgement:
    """Value other prices, one for certain per logged decision; arrays have shape (m,).

    Parameters
    ----------
    reward, propensity, cluster: as in `doubly_robust`.
    same: whether the logged price is the other price.
    predicted: a model's reward at the other price. It must depend neither on what was drawn nor on
        what came of it.
    """
    decisions, matches = len(reward), int(np.count_nonzero(same))
    clusters = len(np.unique(cluster))
    coverage = Interval(float("nan"), float("nan"), float("nan"))

    def unknown(why: str) -> Judgement:
        return Judgement(decisions, clusters, matches, coverage, None, why)

    if not decisions:
        return unknown("no window was sold at a drawn price")
    if not matches:
        return unknown("no overlap: not one of the new prices was ever drawn")
    if clusters < LEAST_CLUSTERS:
        return unknown(f"too few products: {clusters}, where {LEAST_CLUSTERS} are needed")
    if matches < LEAST_MATCHES:
        return unknown(f"too few windows drew the new price: {matches} of {LEAST_MATCHES} needed")
    target, nothing = same.astype(np.float64), np.zeros(decisions)
    coverage = doubly_robust(
        np.ones(decisions), propensity, target, nothing, nothing, cluster
    ).value
    if coverage.upper < LEAST_COVERAGE:
        share = f"{coverage.mean:.0%}"
        return unknown(f"too little overlap: only {share} of the new prices could have been drawn")
    # where the weight is not 0, the logged price is the other price, and the model says the same
    found = doubly_robust(reward, propensity, target, predicted, predicted, cluster)
    return Judgement(decisions, clusters, matches, coverage, found)
