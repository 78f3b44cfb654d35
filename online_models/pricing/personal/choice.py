"""The depth of a customer's discount: the one that gains most profit over offering nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from online_models.numerics.elementary import exp_one
from online_models.pricing.personal.options import Depth


class JudgedDepth(NamedTuple):
    """A depth (None: nothing is offered), the units expected with it, the profit that it adds, what
    it gives away, and the standard deviation of what is believed of the gain, minor units. `worth`
    is the gain less the price of what it gives away.
    """

    depth: Depth | None
    units: float
    gain: float
    given: float
    worth: float
    doubt: float


class Choice(NamedTuple):
    """What was drawn, with its probability."""

    judged: JudgedDepth
    propensity: float


def choose(judged: Sequence[JudgedDepth], explore: float, draw: float) -> Choice:
    """The best of the depths; now and then, to learn, another instead, in a share `explore` of
    cases at most: the likelier the less it is worth below the best, in units of what is in doubt.
    So less is tried as more is known. `draw` is from (0, 1).

    >>> nothing = JudgedDepth(None, 1.0, 0.0, 0.0, 0.0, 1.0)
    >>> some = [nothing, JudgedDepth(Depth(50_000, 95), 1.2, 3.0, 6.0, 3.0, 2.0)]
    >>> round(choose(some, 0.1, 0.5).propensity, 4), choose(some, 0.1, 0.97).judged.depth
    (0.9586, None)
    """
    best = max(range(len(judged)), key=lambda i: (judged[i].worth, -i))
    likely = [_likely(each, judged[best]) for each in judged]
    likely[best] = 0.0
    together = sum(likely)
    others = min(together / (1.0 + together), explore)
    place, left = best, draw - (1.0 - others)
    if left >= 0.0 and others > 0.0:
        for i, each in enumerate(likely):
            if each > 0.0:
                place, left = i, left - others * each / together
                if left < 0.0:
                    break
    chosen = 1.0 - others if place == best else others * likely[place] / together
    return Choice(judged[place], chosen)


def _likely(each: JudgedDepth, best: JudgedDepth) -> float:
    doubt = (each.doubt * each.doubt + best.doubt * best.doubt) ** 0.5
    if doubt <= 0.0:
        return 0.0
    apart = (best.worth - each.worth) / doubt
    # about as likely as that it is the better one, for normal doubts
    return exp_one(-apart * (1.0 + apart))
