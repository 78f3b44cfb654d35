"""How a channel answers what happens in all channels: slopes of its own, over all its products.

Shops differ in how their customers answer a price cut that every shop makes. A product's mean
cannot say so, nor can deviations from the mean price: these slopes turn the product's mean
regressors into a deviation of the channel. Discounted normal equations, shrunk to no difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.demand.observations import ATTRIBUTES
from online_models.demand.panel_features import PanelRows
from online_models.exact_linear import solve
from online_models.exact_math import sum_by

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

#: Own price, rivals' mean price, promotion, attributes.
SLOPES = 3 + ATTRIBUTES
FORGETTING = 0.995
#: One over the variance believed of a slope, in log units.
PRECISION = 1.0 / 0.05**2


def slopes_design(means: PanelRows) -> Floats:
    """Regressors from product averages laid out by row, (SLOPES, n)."""
    return np.stack([means.price, means.rival_mean, means.promoted, *means.attributes])


class ChannelSlopes:
    """Normal equations per channel."""

    def __init__(self) -> None:
        self.information: Floats = np.zeros((0, SLOPES, SLOPES))
        self.moment: Floats = np.zeros((0, SLOPES))
        self.coefficients: Floats = np.zeros((0, SLOPES))

    def grow(self, channels: int) -> None:
        """Make room for channels."""
        missing = channels - len(self.moment)
        if missing > 0:
            more = np.zeros((missing, SLOPES, SLOPES))
            self.information = np.concatenate([self.information, more])
            self.moment = np.concatenate([self.moment, np.zeros((missing, SLOPES))])
            self._solve()

    def predict(self, channel: Integers, design: Floats) -> Floats:
        """Expected deviation of each row, (n,)."""
        chosen = self.coefficients[channel]
        value: Floats = chosen[:, 0] * design[0]
        for k in range(1, SLOPES):
            value += chosen[:, k] * design[k]
        return value

    def learn(self, channel: Integers, design: Floats, rest: Floats, weight: Floats) -> None:
        """Add one period: `rest` is what the other regressors leave of the deviation."""
        channels = len(self.moment)
        present = np.bincount(channel, minlength=channels) > 0
        keep = np.where(present, FORGETTING, 1.0)
        self.information *= keep[:, None, None]
        self.moment *= keep[:, None]
        for i in range(SLOPES):
            weighted = weight * design[i]
            self.moment[:, i] += sum_by(channel, weighted * rest, channels)
            for j in range(i + 1):
                added = sum_by(channel, weighted * design[j], channels)
                self.information[:, i, j] += added
                if j < i:
                    self.information[:, j, i] += added
        self._solve()

    def _solve(self) -> None:
        self.coefficients = solve(self.information + PRECISION * np.eye(SLOPES), self.moment)

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """State as arrays."""
        return {"information": self.information.copy(), "moment": self.moment.copy()}

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """The inverse of `snapshot`."""
        self.information = np.array(arrays["information"], np.float64)
        self.moment = np.array(arrays["moment"], np.float64)
        self._solve()
