"""What the panel model says of a window before it learns it.

Both of its levels are learnt with the weights of a Student-t, as single weeks stray far: a listing
on a front page, a rival who is sold out. So its forecast is a Student-t of log units, too. A t is a
mixture of normals of several variances, of which three come within 0.0001 nats of it.

References: Andrews and Mallows, "Scale mixtures of normal distributions", JRSS B 36 (1974).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.demand.panel.features import PanelRows
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import exp

#: Weights and variances of the normals whose mixture is nearest to a Student-t of five degrees of
#: freedom; the variances in units of that of a normal whose central 90 % are as wide as the t's.
_SCALE_WEIGHTS = np.array([0.5567, 0.4097, 0.0336])
_SCALES = np.array([0.4721, 1.4951, 6.6306])
#: Nodes and weights of a three-point Gauss–Hermite rule.
_NODES = np.array([-1.7320508075688772, 0.0, 1.7320508075688772])
_WEIGHTS = np.array([1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0])
#: Of each component: its weight, the variance that it takes part in, and its node.
_COMPONENT_WEIGHTS = (_SCALE_WEIGHTS[:, None] * _WEIGHTS).ravel()
_COMPONENT_SCALES = np.repeat(_SCALES, len(_NODES))
_COMPONENT_NODES = np.tile(_NODES, len(_SCALES))


@dataclass(frozen=True, slots=True)
class PanelPrediction:
    """Forecast of log units; rows that are not `covered` hold zeros."""

    covered: Flags
    #: Mean and variance of log units, (n,).
    location: Floats
    variance: Floats
    #: Rows that belong to qualified products, their product, and the products present.
    at: Ints
    product: Ints
    present: Ints
    #: Regressors of both levels; mean and variance of each product present, (products,), and per
    #: row the deviation expected.
    rows: PanelRows | None
    design: Floats
    channel_design: Floats
    slopes_design: Floats
    level: Floats
    level_variance: Floats
    deviation: Floats
    #: The part of the deviation that the channel's own slopes say.
    slopes: Floats
    deviation_variance: Floats

    @property
    def mean(self) -> Floats:
        """Expected units, (n,)."""
        return self.forecast().mean

    def forecast(self) -> UnitsForecast:
        """Negative binomials, (n, 9): three about each node of a normal's, of each of the normals.

        A node stands for half of the normal's variance, and each component has the other half.
        """
        half = 0.5 * np.maximum(self.variance, 1e-4)[:, None] * _COMPONENT_SCALES
        size = 1.0 / half + 0.5
        means = exp(self.location[:, None] + np.sqrt(half) * _COMPONENT_NODES + 0.5 / size)
        return UnitsForecast(means, size, np.broadcast_to(_COMPONENT_WEIGHTS, size.shape))


def nothing_covered(n: int) -> PanelPrediction:
    """No row belongs to a qualified product."""
    none, empty = np.zeros(0, np.int64), np.zeros(0)
    return PanelPrediction(
        np.zeros(n, np.bool_), np.zeros(n), np.ones(n), none, none, none, None,
        empty, empty, empty, empty, empty, empty, empty, empty,
    )  # fmt: skip
