"""How far shoppers compare a price with those that they remember: one share for all offers.

log E[units per day] = level + ε · (x − ρ r) + …, x = log price − anchor and r its mean over the
last weeks. Of what a price does on its first day, only the share 1 − ρ lasts: the price that is
best if it stays rests on the elasticity (1 − ρ) ε, and is higher than what the first days suggest.

ρ is 0 but as far as the sales of all offers together are evidence of it. The level, a random walk,
follows what a memory does over the weeks: where a forecast errs, how ρ would have moved the level
counts, too.

References: Popescu, Wu, "Dynamic pricing strategies with reference effects", Operations Research 55
(2007); the recursive prediction error method, Ljung, Söderström, "Theory and Practice of Recursive
Identification", 1983, ch. 3.
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats
from online_models.numerics.special import exp, total
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved

#: Days over which a price is remembered.
REMEMBERED_DAYS = 20.0
#: Standard deviation of ρ before any evidence, and the largest ρ that is believed.
PRIOR_DEVIATION = 0.25
LARGEST_SHARE = 0.5
#: Standard deviations of the estimate that are taken for chance. Of a larger one the part beyond is
#: believed, as by James and Stein's rule: nearly all of it where it is far larger.
CHANCE = 2.0
#: ρ moves by no more whenever the pools are estimated anew, daily: the first days tell least, and
#: sound surest.
LARGEST_STEP = 0.02

_PRIOR = 1.0 / (PRIOR_DEVIATION * PRIOR_DEVIATION)


class PriceMemory:
    """ρ, and what is known of it.

    >>> memory = PriceMemory()
    >>> memory.learn(np.array([0.1, -0.1]), np.array([3.0, -3.0]), np.array([40.0, 40.0]))
    >>> memory.settle(), float(memory.share[0])
    (0.0, 0.0)
    >>> for _ in range(200):
    ...     memory.learn(np.array([0.1, -0.1]), np.array([3.0, -3.0]), np.array([40.0, 40.0]))
    >>> memory.settle()
    0.02
    """

    SAVED = Saved(
        share=Array(np.float64, 1), precision=Array(np.float64, 1), evidence=Array(np.float64, 1)
    )

    def __init__(self) -> None:
        self.share: Floats = np.zeros(1)
        #: Precision of the estimate, and precision × estimate.
        self.precision: Floats = np.full(1, _PRIOR)
        self.evidence: Floats = np.zeros(1)

    def learn(self, gradient: Floats, score: Floats, information: Floats) -> None:
        """Learn from windows, (n,) each: the log rates' `gradient` by ρ, and score and expected
        information of the log rates, given how vaguely they are known.
        """
        self.precision[0] += total(information * gradient * gradient)
        at_zero = score + information * gradient * self.share[0]
        self.evidence[0] += total(at_zero * gradient)

    def settle(self) -> float:
        """Move ρ towards what is known of it; returns by how much."""
        estimate = self.evidence[0] / self.precision[0]
        chance = CHANCE * CHANCE / self.precision[0]
        believed = 0.0
        if estimate > 0.0:
            believed = max(estimate - chance / estimate, 0.0)
        gap = min(believed, LARGEST_SHARE) - self.share[0]
        step = float(min(max(gap, -LARGEST_STEP), LARGEST_STEP))
        self.share[0] += step
        return step


def remembered_after(remembered: Floats, deviation: Floats, days: Floats) -> Floats:
    """r once log prices `deviation` from their anchors were in force for so many days, (n,)."""
    return remembered + (1.0 - exp(-days / REMEMBERED_DAYS)) * (deviation - remembered)
