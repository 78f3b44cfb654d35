"""Prices as demand reacts to them: an elasticity grows with the price.

log E[units per day] is linear in s(x) = (e^{λx} − 1) / λ, x the log price against its anchor: the
elasticity at x is ε e^{λx}. With λ = 0 it is constant; with λ = 1 log demand falls linearly in the
price, as that of a small brand does in a logit market. Prices that move by a tenth hardly tell
which of them holds: scanner panels are forecast alike with both. So λ is set, between the two.

References: Marshall, Principles of Economics (1920), book III, ch. 4; Box, Cox, "An analysis of
transformations", JRSS B 26 (1964); Mrázová, Neary, "Not so demanding: demand structure and firm
behavior", American Economic Review 107 (2017).
"""

from __future__ import annotations

from online_models.numerics.arrays import Floats
from online_models.numerics.compiled import compiled
from online_models.numerics.elementary import exp_one
from online_models.numerics.special import exp

#: λ, by which the logarithm of an elasticity grows with the log price; and how far it may err, as a
#: standard deviation.
GROWTH, GROWTH_DEVIATION = 0.3, 0.2


def scaled(deviation: Floats) -> Floats:
    """s of log prices against their anchors, (n,).

    >>> import numpy as np
    >>> scaled(np.array([-0.5, 0.0, 0.5])).round(3).tolist()
    [-0.464, 0.0, 0.539]
    """
    return (exp(GROWTH * deviation) - 1.0) / GROWTH


def steepness(deviation: Floats) -> Floats:
    """Elasticities there, relative to those at the anchors, (n,)."""
    return exp(GROWTH * deviation)


@compiled
def scaled_and_steepness(deviation: float) -> tuple[float, float]:
    """Both of one offer, by one exponential."""
    steep = exp_one(GROWTH * deviation)
    return (steep - 1.0) / GROWTH, steep
