"""What the levels of published forecasts count for: as much as among all experts."""

from __future__ import annotations

import numpy as np

from online_models.demand.curves import DemandCurves, MemberCurves
from online_models.demand.ensemble.mixture import Mixture
from online_models.numerics.arrays import Ints
from online_models.numerics.special import exp

LARGEST_LOG = 30.0


def weighed(
    said: MemberCurves, own: DemandCurves, row: Ints, known: list[bool], mixture: Mixture
) -> MemberCurves:
    """The members with the weights that the mixture of experts gives their levels.

    `known` are the experts before them that have an opinion; `row` are the offers' category rows.
    """
    experts = np.repeat(np.array(known)[None], len(row), axis=0)
    covered = np.append(experts, said.level_weight > 0.0, axis=1)
    mean = exp(np.minimum(own.log_rate, LARGEST_LOG))
    weights = mixture.weights(row, mean, covered)
    return said._replace(level_weight=weights[:, len(known) :])
