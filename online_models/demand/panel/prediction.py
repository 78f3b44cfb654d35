"""What the panel model says of a window before it learns it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.demand.panel.features import PanelRows
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.special import exp

#: Nodes and weights of a three-point Gauss–Hermite rule.
_NODES = np.array([-1.7320508075688772, 0.0, 1.7320508075688772])
_WEIGHTS = np.array([1.0 / 6.0, 2.0 / 3.0, 1.0 / 6.0])


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
        return exp(self.location + 0.5 * self.variance)

    def forecast(self) -> UnitsForecast:
        """Three negative binomials that have the lognormal's spread."""
        variance = np.maximum(self.variance, 1e-4)
        half = 0.5 * variance
        size = 1.0 / half + 0.5
        centre = self.location[:, None] + np.sqrt(half)[:, None] * _NODES
        means = exp(centre + (0.5 / size)[:, None])
        shape = means.shape
        return UnitsForecast(
            means, np.broadcast_to(size[:, None], shape), np.broadcast_to(_WEIGHTS, shape)
        )


def nothing_covered(n: int) -> PanelPrediction:
    """No row belongs to a qualified product."""
    none, empty = np.zeros(0, np.int64), np.zeros(0)
    return PanelPrediction(
        np.zeros(n, np.bool_), np.zeros(n), np.ones(n), none, none, none, None,
        empty, empty, empty, empty, empty, empty, empty, empty,
    )  # fmt: skip
