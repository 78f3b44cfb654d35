"""Channel level: how one channel deviates from its product's mean, least squares per product.

Discounted, Student-t-weighted normal equations of every product are solved at once, shrunk to
the pooled solution, which is shrunk to a plain guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.demand.panel_features import CHANNEL_FEATURES
from online_models.exact_linear import solve
from online_models.exact_math import sum_by

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FORGETTING = 0.96
#: Rows' worth of belief of the pooled coefficients in the guess, of a product's in the pooled.
GUESS_WEIGHT = 8.0
POOL_WEIGHT = 30.0
DEGREES_OF_FREEDOM = 5.0
#: Usual deviation 0.6, slow 0.2, fast 0.1; own price at elasticity −2.5.
_GUESS = np.zeros(CHANNEL_FEATURES)
_GUESS[[0, 1, 3, 5]] = 0.8, 0.2, 0.1, -2.5 * 0.15


class ChannelLevel:
    """Normal equations per product."""

    def __init__(self) -> None:
        k = CHANNEL_FEATURES
        self.information: Floats = np.zeros((0, k, k))
        self.moment: Floats = np.zeros((0, k))
        self.deviation: Floats = np.zeros(0)
        self.coefficients: Floats = np.zeros((0, k))

    def grow(self, products: int) -> None:
        """Make room for products."""
        missing = products - len(self.deviation)
        if missing > 0:
            k = CHANNEL_FEATURES
            self.information = np.concatenate([self.information, np.zeros((missing, k, k))])
            self.moment = np.concatenate([self.moment, np.zeros((missing, k))])
            self.deviation = np.append(self.deviation, np.full(missing, 0.3))
            self._solve()

    def predict(self, product: Integers, design: Floats) -> Floats:
        """Expected deviation of each row, (n,)."""
        chosen = self.coefficients[product]
        value: Floats = chosen[:, 0] * design[0]
        for k in range(1, CHANNEL_FEATURES):
            value += chosen[:, k] * design[k]
        return value

    def learn(self, product: Integers, design: Floats, target: Floats, error: Floats) -> Floats:
        """Add one period; `error` is the target minus what was predicted.

        Returns the rows' Student-t weights over their product's variance, (n,).
        """
        products = len(self.deviation)
        scaled = error / self.deviation[product]
        weight = (DEGREES_OF_FREEDOM + 1.0) / (DEGREES_OF_FREEDOM + scaled * scaled)
        rows = np.bincount(product, minlength=products)
        square = sum_by(product, weight * error * error, products) / np.maximum(rows, 1)
        mixed = np.sqrt(np.maximum(0.9 * self.deviation * self.deviation + 0.1 * square, 1e-4))
        self.deviation = np.where(rows > 0, mixed, self.deviation)
        keep = np.where(rows > 0, FORGETTING, 1.0)
        self.information *= keep[:, None, None]
        self.moment *= keep[:, None]
        for i in range(CHANNEL_FEATURES):
            weighted = weight * design[i]
            self.moment[:, i] += sum_by(product, weighted * target, products)
            for j in range(i + 1):
                added = sum_by(product, weighted * design[j], products)
                self.information[:, i, j] += added
                if j < i:
                    self.information[:, j, i] += added
        self._solve()
        return weight / (self.deviation * self.deviation)[product]

    def _solve(self) -> None:
        identity = np.eye(CHANNEL_FEATURES)
        whole = np.add.accumulate(self.information, axis=0)[-1]
        moment = np.add.accumulate(self.moment, axis=0)[-1]
        pooled = solve(whole + GUESS_WEIGHT * identity, moment + GUESS_WEIGHT * _GUESS)
        self.coefficients = solve(
            self.information + POOL_WEIGHT * identity, self.moment + POOL_WEIGHT * pooled
        )

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """State as arrays."""
        return {
            "information": self.information.copy(),
            "moment": self.moment.copy(),
            "deviation": self.deviation.copy(),
        }

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """The inverse of `snapshot`."""
        for name in ("information", "moment", "deviation"):
            setattr(self, name, np.array(arrays[name], np.float64))
        if len(self.deviation):
            self._solve()
