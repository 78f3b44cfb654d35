"""How far shoppers compare a price with those that they remember: one share for all offers.

log E[units per day] = level + ε · (x − ρ r) + …, x = log price − anchor and r its mean over the
last weeks. Of what a price does on its first day, only the share 1 − ρ lasts: the price that is
best if it stays rests on the elasticity (1 − ρ) ε, and is higher than what the first days suggest.

ρ is learnt beside the coefficients of all offers, which err, too, where ρ does: by how much is
followed along with them (`by_memory`, their derivative by ρ), and what they make of r tells nothing
of ρ. The pools of all coefficients count but the levels': of levels they say too little where a
first price was off the usual one, and a level that is shrunk wrongly errs for weeks, as a memory
would. ρ is 0 but as far as sales are evidence of it.

References: Popescu, Wu, "Dynamic pricing strategies with reference effects", Operations Research 55
(2007); Friedland, "Treatment of bias in recursive filtering", IEEE TAC 14 (1969); Mitchell,
Beauchamp, "Bayesian variable selection in linear regression", JASA 83 (1988).
"""

from __future__ import annotations

import numpy as np

from online_models.demand.filter.posterior import Shared, apply_all
from online_models.demand.filter.state import LEVEL
from online_models.demand.filter.update import Posterior
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import exp, total
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved

#: Days over which a price is remembered. Of those who remember longer less than their ρ is found,
#: which costs little; of those who forget sooner more, so that the days are rather few.
REMEMBERED_DAYS = 15.0
#: ρ where there is a memory, before any evidence, and its standard deviation; and the largest ρ
#: that is believed.
USUAL_SHARE, PRIOR_DEVIATION = 0.3, 0.12
LARGEST_SHARE = 0.5
#: The estimates of shops that are alike scatter by more than chance: ρ stands for whatever makes
#: the first days after a price differ from later ones. So data are believed no further than this,
#: and older ones fade.
LARGEST_PRECISION = 230.0
#: ρ moves by no more whenever the pools are estimated anew, daily: prices follow it.
LARGEST_STEP = 0.05

_PRIOR = 1.0 / (PRIOR_DEVIATION * PRIOR_DEVIATION)


class PriceMemory:
    """ρ, and what is known of it.

    >>> memory = PriceMemory()
    >>> memory.learn(np.array([0.1, -0.1]), np.array([-0.1, 0.1]), np.array([40.0, 40.0]))
    >>> memory.settle()
    0.0
    >>> for _ in range(200):
    ...     memory.learn(np.array([0.1, -0.1]), np.array([3.0, -3.0]), np.array([40.0, 40.0]))
    >>> memory.settle()
    0.05
    """

    SAVED = Saved(
        share=Array(np.float64, 1), precision=Array(np.float64, 1), evidence=Array(np.float64, 1)
    )

    def __init__(self) -> None:
        self.share: Floats = np.zeros(1)
        #: What data say: precision, and precision × estimate.
        self.precision: Floats = np.zeros(1)
        self.evidence: Floats = np.zeros(1)

    def learn(self, gradient: Floats, score: Floats, information: Floats) -> None:
        """Learn from windows, (n,) each: the log rates' `gradient` by ρ, and score and expected
        information of the log rates, given how vaguely they are known.
        """
        self.precision[0] += total(information * gradient * gradient)
        at_zero = score + information * gradient * self.share[0]
        self.evidence[0] += total(at_zero * gradient)
        if self.precision[0] > LARGEST_PRECISION:
            self.evidence[0] *= LARGEST_PRECISION / self.precision[0]
            self.precision[0] = LARGEST_PRECISION

    def settle(self) -> float:
        """Move ρ towards what is known of it; returns by how much."""
        gap = min(self._believed(), LARGEST_SHARE) - self.share[0]
        step = float(min(max(gap, -LARGEST_STEP), LARGEST_STEP))
        self.share[0] += step
        return step

    def _believed(self) -> float:
        """The estimate, by as much as data make it likelier that ρ is normal than that it is 0; and
        nothing where they do not, or where it is below 0.
        """
        precision = _PRIOR + self.precision[0]
        estimate = (_PRIOR * USUAL_SHARE + self.evidence[0]) / precision
        explained = estimate * estimate * precision - USUAL_SHARE * USUAL_SHARE * _PRIOR
        inverse = np.sqrt(precision / _PRIOR) * exp(-0.5 * explained)
        return float(max(estimate, 0.0) * max(1.0 - inverse, 0.0))


def remembered_after(remembered: Floats, deviation: Floats, days: Floats) -> Floats:
    """r once log prices `deviation` from their anchors were in force for so many days, (n,)."""
    return remembered + (1.0 - exp(-days / REMEMBERED_DAYS)) * (deviation - remembered)


def levels_unpooled(
    own: Posterior, by_memory: Floats, row: Ints, age: Floats, margin_offset: Floats, shared: Shared
) -> tuple[Posterior, Floats]:
    """What the pools make of the offers' `own` coefficients and of their derivatives by ρ, both
    (COEFFICIENTS, n), their levels left alone. What ρ does to the pools themselves is next to
    nothing.
    """
    variance = shared.variance.copy()
    variance[LEVEL] = np.inf
    shared = shared._replace(variance=variance)
    mean, covariance, moved = own.mean.copy(), own.covariance.copy(), by_memory.copy()
    apply_all(mean, covariance, row, age, margin_offset, shared)
    # what the pools draw to does not move with ρ
    still = shared._replace(
        mean=np.zeros_like(shared.mean), own_mean=np.zeros_like(shared.own_mean)
    )
    apply_all(moved, own.covariance.copy(), row, age, np.zeros_like(margin_offset), still)
    return Posterior(mean, covariance), moved
