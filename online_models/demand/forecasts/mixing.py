"""The curve that prices are decided by: the pricer's own, and those of models that forecast.

Level and response are weighed apart. A weight that no model has is the pricer's own, so an
offer of which nobody forecasts has the pricer's curve to the last bit.

Reference: a mixture's variance is the mean of its members' and the scatter of their means: Hoeting,
Madigan, Raftery, Volinsky, "Bayesian model averaging", Statistical Science 14 (1999).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from online_models.demand.curves import REACH, DemandCurves, MemberCurves
from online_models.demand.forecasts.curve import FLATTEST
from online_models.numerics.arrays import Floats

#: How widely a response that a model states is believed to err, as a standard deviation of the
#: elasticity, where the pricer itself does not know it better.
STATED_DEVIATION = 0.2
#: A level is believed within this of our own, log units: twenty times more or less is no level.
LARGEST_LEVEL_GAP = 3.0


def mixed(own: DemandCurves, members: MemberCurves) -> DemandCurves:
    """The mixture of the pricer's own curves and the members', by the members' weights."""
    floor = own.log_rate - LARGEST_LEVEL_GAP
    ceiling = own.log_rate + LARGEST_LEVEL_GAP
    levels = np.minimum(np.maximum(members.log_rate, floor[:, None]), ceiling[:, None])
    log_rate, level_scatter = _mean(own.log_rate, levels, members.level_weight)
    elasticity, scatter = _mean(own.elasticity, members.elasticity, members.response_weight)
    bend, _ = _mean(own.bend, members.bend, members.response_weight)
    most_bent = np.maximum(FLATTEST - elasticity, 0.0) / REACH
    kept, kept_level = _rest(members.response_weight), _rest(members.level_weight)
    stated = np.minimum(own.elasticity_variance, STATED_DEVIATION * STATED_DEVIATION)
    variance = kept * own.elasticity_variance + (1.0 - kept) * stated + scatter
    known = own.elasticity_variance > 0.0
    growth = np.where(known, variance / np.where(known, own.elasticity_variance, 1.0), 1.0)
    return replace(
        own,
        log_rate=log_rate,
        elasticity=elasticity,
        log_rate_variance=own.log_rate_variance + level_scatter,
        covariance=own.covariance * np.minimum(kept, kept_level),
        elasticity_variance=variance,
        informs=own.informs * growth * growth,
        bend=np.minimum(np.maximum(bend, -most_bent), most_bent),
        members=members,
        own=own,
    )


def _rest(weight: Floats) -> Floats:
    """What the members leave to the pricer's own, (n, m) → (n,)."""
    left = np.ones(len(weight))
    for m in range(weight.shape[1]):
        left -= weight[:, m]
    return np.maximum(left, 0.0)


def _mean(own: Floats, said: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Mean of our own value (n,) and the members' (n, m), and their scatter about it, (n,)."""
    left = _rest(weight)
    mean = left * own
    for m in range(weight.shape[1]):
        mean = mean + np.where(weight[:, m] > 0.0, weight[:, m] * said[:, m], 0.0)
    scatter = left * (own - mean) * (own - mean)
    for m in range(weight.shape[1]):
        gap = np.where(weight[:, m] > 0.0, said[:, m] - mean, 0.0)
        scatter = scatter + weight[:, m] * gap * gap
    return mean, scatter
