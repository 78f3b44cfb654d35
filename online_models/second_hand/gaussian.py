"""A Gaussian belief about the weights of sparse features, updated one observation at a time.

An observation names few features of many: a prediction costs the square of few, an update one pass
over the covariance. Loops are compiled, in a fixed order, and so the same on every machine.

References: West, Harrison, Bayesian forecasting and dynamic models (1997), ch. 4 (the update), 14
(counts); Lange, Little, Taylor, "Robust statistical modeling using the t distribution", JASA 84
(1989).
"""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.compiled import compiled
from online_models.numerics.elementary import exp_one
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved

#: Residuals beyond so many standard deviations move the belief no further.
LARGEST_RESIDUAL = 6.0
#: Degrees of freedom of the residuals: what is a few standard deviations off weighs little.
FREEDOM = 4.0
#: Steps to the mode of one count's posterior, which lies on a line; and the furthest step.
NEWTON_STEPS = 8
LARGEST_STEP = 4.0
#: A variance that rounding has made negative is this.
LEAST_VARIANCE = 1e-12


class Gaussian:
    """`mean` (k,) and `covariance` (k, k) of the weights; features are numbered in the order in
    which they came.
    """

    SAVED = Saved(mean=Array(np.float64, None), covariance=Array(np.float64, None, None))

    def __init__(self) -> None:
        self.mean: Floats = np.zeros(0)
        self.covariance: Floats = np.zeros((0, 0))

    def add(self, mean: float, variance: float) -> None:
        """One more feature, independent of all others so far."""
        size = len(self.mean)
        covariance = np.zeros((size + 1, size + 1))
        covariance[:size, :size] = self.covariance
        covariance[size, size] = variance
        self.mean, self.covariance = np.append(self.mean, mean), covariance

    def widen(self, variance: Floats) -> None:
        """Let each weight have moved by a random step of that variance, (k,)."""
        self.covariance[np.diag_indices(len(variance))] += variance

    def predict(self, rows: Ints, values: Floats) -> tuple[float, float]:
        """Mean and variance of Σ weight · value, of m features: (m,) each."""
        mean, variance = _predict(self.mean, self.covariance, rows, values)
        return float(mean), float(variance)

    def learn(self, rows: Ints, values: Floats, observed: float, noise: float) -> float:
        """Update by one number with normal noise of that variance, heavier in the tails; returns
        how much the observation counted, in [0, 1].
        """
        return float(_learn(self.mean, self.covariance, rows, values, observed, noise))

    def learn_event(self, rows: Ints, values: Floats, exposure: float, happened: bool) -> None:
        """Update log rates by whether an event happened within an exposure (Poisson)."""
        _learn_event(self.mean, self.covariance, rows, values, exposure, float(happened))


@compiled
def _predict(mean: Floats, covariance: Floats, rows: Ints, values: Floats) -> tuple[float, float]:
    expected = 0.0
    variance = 0.0
    for i in range(rows.size):
        expected += mean[rows[i]] * values[i]
        inner = 0.0
        for j in range(rows.size):
            inner += covariance[rows[i], rows[j]] * values[j]
        variance += inner * values[i]
    return expected, max(variance, LEAST_VARIANCE)


@compiled
def _move(
    mean: Floats, covariance: Floats, rows: Ints, values: Floats, score: float, loss: float
) -> None:
    """Mean + P x · score; covariance − P x xᵀ P · loss."""
    size = mean.size
    gain = np.zeros(size)
    for i in range(size):
        value = 0.0
        for j in range(rows.size):
            value += covariance[i, rows[j]] * values[j]
        gain[i] = value
    for i in range(size):
        mean[i] += gain[i] * score
        scaled = gain[i] * loss
        if scaled != 0.0:
            for j in range(size):
                covariance[i, j] -= scaled * gain[j]
        if covariance[i, i] < LEAST_VARIANCE:
            covariance[i, i] = LEAST_VARIANCE


@compiled
def _learn(
    mean: Floats, covariance: Floats, rows: Ints, values: Floats, observed: float, noise: float
) -> float:
    expected, variance = _predict(mean, covariance, rows, values)
    residual = observed - expected
    square = residual * residual / (variance + noise)
    weight = min((FREEDOM + 1.0) / (FREEDOM + square), 1.0)
    total = variance + noise / weight
    bound = LARGEST_RESIDUAL * np.sqrt(variance + noise)
    residual = min(max(residual, -bound), bound)
    _move(mean, covariance, rows, values, residual / total, 1.0 / total)
    return weight


@compiled
def _learn_event(
    mean: Floats,
    covariance: Floats,
    rows: Ints,
    values: Floats,
    exposure: float,
    happened: float,
) -> None:
    level, variance = _predict(mean, covariance, rows, values)
    rate = exposure * exp_one(min(max(level, -30.0), 30.0))
    step = 0.0
    for _ in range(NEWTON_STEPS):
        expected = rate * exp_one(step)
        step -= (step - variance * (happened - expected)) / (1.0 + variance * expected)
        step = min(max(step, -LARGEST_STEP), LARGEST_STEP)
    expected = rate * exp_one(step)
    loss = expected / (1.0 + variance * expected)
    _move(mean, covariance, rows, values, step / variance, loss)
