"""How a channel answers what happens in all channels: slopes of its own, over all its products.

Shops differ in how their customers answer a price cut that every shop makes. A product's mean
cannot say so, nor can deviations from the mean price: these slopes turn the product's mean
regressors into a deviation of the channel. Discounted normal equations, shrunk to no difference.
"""

from __future__ import annotations

import numpy as np

from online_models.demand.inputs.observations import ATTRIBUTES
from online_models.demand.panel.features import PanelRows
from online_models.demand.panel.solution import NormalEquations, predicted
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.linear import solve
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved

#: Own price, competitors' mean price, promotion, attributes.
SLOPES = 3 + ATTRIBUTES
FORGETTING = 0.995
#: One over the variance believed of a slope, in log units.
PRECISION = 1.0 / 0.05**2


def slopes_design(means: PanelRows) -> Floats:
    """Regressors from product averages laid out by row, (SLOPES, n)."""
    return np.stack([means.price, means.competitor_mean, means.promoted, *means.attributes])


class ChannelSlopes:
    """A regression per channel."""

    SAVED = Saved(equations=Part())
    DERIVED = ("coefficients",)

    def __init__(self) -> None:
        self.equations = NormalEquations(SLOPES)
        self.coefficients: Floats = np.zeros((0, SLOPES))

    def restored(self) -> None:
        """Solve the equations."""
        self._solve()

    def grow(self, channels: int) -> None:
        """Make room for channels."""
        if channels > len(self.equations):
            self.equations.grow(channels)
            self._solve()

    def predict(self, channel: Ints, design: Floats) -> Floats:
        """Expected deviation of each row, (n,)."""
        return predicted(self.coefficients, channel, design)

    def learn(self, channel: Ints, design: Floats, rest: Floats, weight: Floats) -> None:
        """Add one window: `rest` is what the other regressors leave of the deviation."""
        self.equations.add(channel, design, rest, weight, FORGETTING)
        self._solve()

    def _solve(self) -> None:
        equations = self.equations
        self.coefficients = solve(
            equations.information + PRECISION * np.eye(SLOPES), equations.moment
        )
