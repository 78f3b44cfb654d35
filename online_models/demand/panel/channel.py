"""Channel level: how one channel deviates from its product's mean, least squares per product.

Discounted, Student-t-weighted normal equations of every product are solved at once, shrunk to
the pooled solution, which is shrunk to a plain guess.
"""

from __future__ import annotations

import numpy as np

from online_models.demand.panel.features import CHANNEL_FEATURES
from online_models.demand.panel.solution import NormalEquations, predicted
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.linear import solve
from online_models.numerics.special import sum_by
from online_models.persistence.kinds import Array, Part
from online_models.persistence.saved import Saved

FORGETTING = 0.96
#: Rows' worth of belief of the pooled coefficients in the guess, of a product's in the pooled.
GUESS_WEIGHT = 8.0
POOL_WEIGHT = 30.0
DEGREES_OF_FREEDOM = 5.0
#: Usual deviation 0.6, slow 0.2, fast 0.1; own price at elasticity −2.5.
_GUESS = np.zeros(CHANNEL_FEATURES)
#: Regressors that the product level shares: own price, promotion, attributes.
SLOPES = (5, 8, *range(11, CHANNEL_FEATURES))
#: Rows' worth of doubt where nothing tells of a slope.
_UNKNOWN = 4.0
_GUESS[[0, 1, 3, 5]] = 0.8, 0.2, 0.1, -2.5 * 0.15


class ChannelLevel:
    """A regression per product."""

    SAVED = Saved(equations=Part(), deviation=Array(np.float64, None))
    DERIVED = ("coefficients", "pooled")

    def __init__(self) -> None:
        self.equations = NormalEquations(CHANNEL_FEATURES)
        self.deviation: Floats = np.zeros(0)
        self.coefficients: Floats = np.zeros((0, CHANNEL_FEATURES))
        self.pooled: Floats = _GUESS

    def restored(self) -> None:
        """Solve the equations, where there are any."""
        if len(self.deviation):
            self._solve()

    def grow(self, products: int) -> None:
        """Make room for products."""
        missing = products - len(self.deviation)
        if missing > 0:
            self.equations.grow(products)
            self.deviation = np.append(self.deviation, np.full(missing, 0.3))
            self._solve()

    def predict(self, product: Ints, design: Floats) -> Floats:
        """Expected deviation of each row, (n,)."""
        return predicted(self.coefficients, product, design)

    def learn(self, product: Ints, design: Floats, target: Floats, error: Floats) -> Floats:
        """Add one window; `error` is the target minus what was predicted.

        Returns the rows' Student-t weights over their product's variance, (n,).
        """
        products = len(self.deviation)
        scaled = error / self.deviation[product]
        weight = (DEGREES_OF_FREEDOM + 1.0) / (DEGREES_OF_FREEDOM + scaled * scaled)
        rows = np.bincount(product, minlength=products)
        square = sum_by(product, weight * error * error, products) / np.maximum(rows, 1)
        mixed = np.sqrt(np.maximum(0.9 * self.deviation * self.deviation + 0.1 * square, 1e-4))
        self.deviation = np.where(rows > 0, mixed, self.deviation)
        self.equations.add(product, design, target, weight, FORGETTING)
        self._solve()
        return weight / (self.deviation * self.deviation)[product]

    def slopes(self) -> tuple[Floats, Floats]:
        """Pooled slopes of price, promotion and attributes, and the variance of each that data
        alone leave, (2 + ATTRIBUTES,).
        """
        at, identity = np.array(SLOPES), np.eye(CHANNEL_FEATURES)
        if not len(self.deviation):
            return self.pooled[at], np.full(len(at), _UNKNOWN)
        whole = np.add.accumulate(self.equations.information, axis=0)[-1]
        columns = np.broadcast_to(whole + identity / _UNKNOWN, (len(at), *whole.shape))
        noise = self.deviation * self.deviation
        mean = np.add.accumulate(noise)[-1] / len(noise)
        return self.pooled[at], mean * solve(columns, identity[at])[np.arange(len(at)), at]

    def _solve(self) -> None:
        identity = np.eye(CHANNEL_FEATURES)
        information, moment = self.equations.information, self.equations.moment
        whole = np.add.accumulate(information, axis=0)[-1]
        pooled_moment = np.add.accumulate(moment, axis=0)[-1]
        self.pooled = solve(whole + GUESS_WEIGHT * identity, pooled_moment + GUESS_WEIGHT * _GUESS)
        self.coefficients = solve(
            information + POOL_WEIGHT * identity, moment + POOL_WEIGHT * self.pooled
        )
