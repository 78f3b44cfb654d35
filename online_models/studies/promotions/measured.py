"""What promotions that have run brought, by what was sold in them.

What is uncertain of all of them alike is drawn once for all, and what each offer is uncertain of by
itself, for each: so draws add up to those of a promotion of many offers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import exp, log, normals
from online_models.pricing.context.decision_context import DecisionContext
from online_models.studies.promotions.gain import (
    DRAWS,
    DrawnPromotion,
    Gain,
    Usual,
    common_normals,
    drawn_response,
    effects,
    summary,
)
from online_models.studies.promotions.response import LearntResponses

OWN_SEED = 20_043


class Sold(NamedTuple):
    """What promotions sold that have run, (n,): units, and the variance of their logarithm that is
    chance; the logarithm of what other promotions of those days took from it; and deviations of
    what is each offer's own: of its log usual sales, and of its log lift beyond that of its price.
    """

    units: Floats
    variance: Floats
    lost: Floats
    usual_deviation: Floats
    lift_deviation: Floats


def measured(
    situation: DecisionContext,
    before: Usual,
    price: Floats,
    learnt: LearntResponses,
    days: int,
    sold: Sold,
    rows: Ints,
) -> tuple[Gain, Floats]:
    """Of promotions at `price` (n,), minor units, that ran so many days at offers with these rows
    in the whole shop: per usual day, and each draw of its profit, (DRAWS, n).
    """
    step = log(before.price) - log(price)
    drawn, errors = [], []
    for number, z in enumerate(common_normals()):
        own = normals(OWN_SEED, number, rows, count=4)
        response, paid, lift = drawn_response(learnt, number, z, step, own[:, 0])
        lift = lift + sold.lift_deviation * own[:, 2]
        rate = before.units * exp(before.deviation * z[6] + sold.usual_deviation * own[:, 1])
        drawn.append(DrawnPromotion(z, response, paid, lift, rate))
        errors.append(own[:, 3])
    moved = [
        each._replace(lift=lift)
        for each, lift in zip(drawn, _moved(drawn, errors, sold, days), strict=True)
    ]
    length = np.array([days], np.int64)
    (found,) = effects(situation, before, price, length, moved, exp(-sold.lost))
    return summary(found), np.stack([profit for profit, *_ in found])


def _moved(
    drawn: Sequence[DrawnPromotion], errors: Sequence[Floats], sold: Sold, days: int
) -> list[Floats]:
    """The draws of the log lift, moved by what was sold in so many days.

    Each draw is moved towards what its own usual sales make of the units sold, by the gain of the
    Kalman filter, with an error of its own (Evensen, "The ensemble Kalman filter", Ocean Dynamics
    53, 2003).
    """
    lifts = np.stack([each.lift for each in drawn])
    scatter = ((lifts - lifts.sum(axis=0) / DRAWS) ** 2).sum(axis=0) / (DRAWS - 1)
    weight = scatter / (scatter + sold.variance)
    moved = []
    for each, error in zip(drawn, errors, strict=True):
        kept = each.response.kept
        # a promotion that lasts is eaten into by what it has made people stock
        emptied = 1.0 - (1.0 - kept**days) / (days * (1.0 - kept))
        alone = np.maximum(sold.units, 0.5) * exp(sold.lost)
        seen = log(alone / (each.rate * days)) / (1.0 - each.paid * emptied)
        moved.append(each.lift + weight * (seen + np.sqrt(sold.variance) * error - each.lift))
    return moved
