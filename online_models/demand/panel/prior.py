"""How far a block's regressors are believed to move a product: spreads that the block has learnt.

How much products differ, how their curves bend, and how much lags and competitors tell are not the
same in every category. Each of these spreads is a multiple of `panel_kernel.PRIOR`'s, chosen by the
marginal likelihood of what the block has seen. And the pooled slopes are expected where the
product's channels put them: shops that sit out a price cut show what it does, whatever moves all.

References: MacKay, "Bayesian interpolation", Neural Computation 4 (1992), for the spreads;
Mundlak, Econometrica 46 (1978), for slopes between and within.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand.inputs.observations import ATTRIBUTES
from online_models.demand.panel.kernel import (
    LINEAR,
    OWN,
    OWN_CURVE,
    OWN_VARIANCE,
    POOLED,
    POOLED_VARIANCE,
    REGRESSORS,
)
from online_models.numerics.arrays import Floats, Ints

#: What is learnt of: slopes of a product's own, curves, regressors that often tell nothing.
SPREADS = 3
_SLOPES, _CURVES, _MINOR = range(SPREADS)
#: Spreads are powers of two: where they start, how far they go, and how far they are believed to.
FIRST, LOWEST, HIGHEST, BELIEVED = -1, -6, 2, 2.0
_MINORS = np.isin(
    REGRESSORS,
    ("step", "competitor_mean", "competitor", "last_price", "last_promoted", "stocked_up",
     "deep_step", "scatter", "promoted_step"),
)  # fmt: skip
_CONSTANT = REGRESSORS.index("constant")

#: Regressors whose pooled slopes the channels tell.
CHANNEL_SLOPES = tuple(
    REGRESSORS.index(n)
    for n in ("price", "promoted", *(f"attribute_{k}" for k in range(ATTRIBUTES)))
)
#: Variance of what a slope between windows differs by from that between channels.
BETWEEN = 0.15**2


@dataclass(frozen=True, slots=True)
class Prior:
    """Mean and variance of the pooled coefficients (POOLED,), variance of a product's own slopes
    (OWN,) and of its curve.
    """

    mean: Floats
    variance: Floats
    own: Floats
    own_curve: float


def prior(exponents: Ints, channel_slopes: Floats, doubt: Floats) -> Prior:
    """From spreads as powers of two (SPREADS,), and the channels' slopes and variances.

    Both are of shape (len(CHANNEL_SLOPES),).
    """
    spread = np.ldexp(1.0, exponents)
    variance, own, mean = POOLED_VARIANCE.copy(), OWN_VARIANCE.copy(), np.zeros(POOLED)
    variance[:LINEAR][_MINORS] *= spread[_MINOR]
    variance[LINEAR:] *= spread[_CURVES]
    own[OWN != _CONSTANT] *= spread[_SLOPES]
    own[_MINORS[OWN]] *= spread[_MINOR]
    at = np.array(CHANNEL_SLOPES)
    mean[at] = channel_slopes
    variance[at] = np.minimum(variance[at], BETWEEN + doubt)
    return Prior(mean, variance, own, float(OWN_CURVE * spread[_CURVES]))


def belief(exponents: Ints) -> float:
    """Log prior density of spreads, but for a constant."""
    gap = exponents - FIRST
    return -0.5 * int((gap * gap).sum()) / (BELIEVED * BELIEVED)


def neighbour(exponents: Ints, turn: int) -> Ints:
    """What to try in a turn: one spread twice or half as wide."""
    found = exponents.copy()
    which, wider = turn // 2 % SPREADS, turn % 2
    found[which] = min(max(int(found[which]) + (1 if wider else -1), LOWEST), HIGHEST)
    return found
