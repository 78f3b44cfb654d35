"""Whether a log of drawn prices can judge other prices, and what it says of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.studies.experiments.interval import Interval
from online_models.studies.experiments.off_policy import Floats, Ints, OffPolicy, doubly_robust

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
    reward: Floats, propensity: Floats, same: NDArray[np.bool_], predicted: Floats, cluster: Ints
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
        return unknown("no bucket was sold at a drawn price")
    if not matches:
        return unknown("no overlap: not one of the new prices was ever drawn")
    if clusters < LEAST_CLUSTERS:
        return unknown(f"too few products: {clusters}, where {LEAST_CLUSTERS} are needed")
    if matches < LEAST_MATCHES:
        return unknown(f"too few buckets drew the new price: {matches} of {LEAST_MATCHES} needed")
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
