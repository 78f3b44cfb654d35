"""Product level: a Gaussian process on the mean of a product's log units over its channels.

Up to 16 products of one category share a block. Their means follow a Bayesian regression with a
pooled linear part, a part of each product's own, random cosine features for what is not linear,
and a mean-reverting level per product; together a Gaussian process whose kernel is the sum of
constant, linear (pooled and own) and radial ones. The joint posterior is carried from bucket to
bucket exactly, at a cost that does not grow with the past.

References: Rahimi and Recht, "Random features for large-scale kernel machines", NIPS 2007;
Meinhold and Singpurwalla, "Robustification of Kalman filter models", JASA 84 (1989).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.exact_math import cosine_of_turns, normals, uniforms

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SLOTS = 16
POOLED = 18
OWN = 9
COSINES = 32
#: Regressors that the cosines are drawn over: price, its step, rivals, promotion, attributes.
CURVED = (1, 2, 3, 5, 7, 8)
_OWN_FROM = POOLED
_COSINE_FROM = _OWN_FROM + SLOTS * OWN
_LEVEL_FROM = _COSINE_FROM + COSINES
DIMENSION = _LEVEL_FROM + SLOTS
#: Prior variances in log units: pooled slopes, a product's own slopes and intercept, the curve.
POOLED_VARIANCE, OWN_VARIANCE, OWN_INTERCEPT, CURVE_VARIANCE = 0.2, 0.02, 1.0, 0.1
#: Mean reversion per bucket of a product's level, and its innovation variance.
REVERSION, LEVEL_INNOVATION = 0.93, 0.012
#: Slow drift of the pooled coefficients.
POOLED_DRIFT = 5e-5
DEGREES_OF_FREEDOM = 6.0
NOISE_STEP = 0.05
FIRST_NOISE = 0.12
_FREQUENCY = 0.7 * normals(20_011, np.arange(COSINES), count=len(CURVED)) / 6.283185307179586
_PHASE = uniforms(20_012, np.arange(COSINES))[:, 0]


class ProductLevel:
    """Joint posterior of every block; `noise` per product row."""

    def __init__(self) -> None:
        self.mean: Floats = np.zeros((0, DIMENSION))
        self.covariance: Floats = np.zeros((0, DIMENSION, DIMENSION))
        self.periods = np.zeros(0, np.int64)
        self.noise: Floats = np.zeros((0, SLOTS))

    def grow(self, blocks: int) -> None:
        """Make room for blocks of products that are still unknown."""
        while len(self.periods) < blocks:
            self._add_block()

    def _add_block(self) -> None:
        variance = np.full(DIMENSION, POOLED_VARIANCE)
        variance[0] = 100.0
        variance[_OWN_FROM:_COSINE_FROM] = OWN_VARIANCE
        variance[_OWN_FROM:_COSINE_FROM:OWN] = OWN_INTERCEPT
        variance[_COSINE_FROM:_LEVEL_FROM] = CURVE_VARIANCE * 2.0 / COSINES
        variance[_LEVEL_FROM:] = LEVEL_INNOVATION / (1.0 - REVERSION * REVERSION)
        self.mean = np.concatenate([self.mean, np.zeros((1, DIMENSION))])
        self.covariance = np.concatenate([self.covariance, np.diag(variance)[None]])
        self.periods = np.append(self.periods, 0)
        self.noise = np.concatenate([self.noise, np.full((1, SLOTS), FIRST_NOISE)])

    def predict(self, block: int, slot: Integers, design: Floats) -> tuple[Floats, Floats]:
        """Mean and variance of each product's next mean, from design (POOLED, products)."""
        mean, covariance = self._moved(block)
        means, variances = np.empty(len(slot)), np.empty(len(slot))
        for p, (at, h) in enumerate(self._regressors(slot, design)):
            means[p] = _dot(h, mean[at])
            variances[p] = _dot(h, _project(covariance, at, h)[at]) + self.noise[block, slot[p]]
        return means, variances

    def learn(self, block: int, slot: Integers, design: Floats, target: Floats) -> None:
        """Update by one period's product means, one product after the other."""
        mean, covariance = self._moved(block)
        for p, (at, h) in enumerate(self._regressors(slot, design)):
            direction = _project(covariance, at, h)
            noise = float(self.noise[block, slot[p]])
            explained = _dot(h, direction[at])
            error = float(target[p]) - _dot(h, mean[at])
            spread = explained + noise
            settled = self.periods[block] > 2
            weight = 1.0
            if settled:
                weight = (DEGREES_OF_FREEDOM + 1.0) / (DEGREES_OF_FREEDOM + error * error / spread)
                share = noise / spread
                moved = noise + NOISE_STEP * share * (weight * error * error - noise)
                self.noise[block, slot[p]] = min(max(moved, 1e-3), 2.0)
            gain = 1.0 / (explained + noise / weight)
            mean += direction * (gain * error)
            # The product of equal factors keeps the matrix symmetric to the last bit.
            root = direction * np.sqrt(gain)
            covariance -= root[:, None] * root
        self.mean[block], self.covariance[block] = mean, covariance
        self.periods[block] += 1

    def _moved(self, block: int) -> tuple[Floats, Floats]:
        """Posterior a bucket later: levels revert, pooled coefficients drift."""
        mean, covariance = self.mean[block].copy(), self.covariance[block].copy()
        if self.periods[block] > 0:
            mean[_LEVEL_FROM:] *= REVERSION
            covariance[_LEVEL_FROM:] *= REVERSION
            covariance[:, _LEVEL_FROM:] *= REVERSION
            diagonal = np.arange(DIMENSION)
            covariance[diagonal[_LEVEL_FROM:], diagonal[_LEVEL_FROM:]] += LEVEL_INNOVATION
            covariance[diagonal[:POOLED], diagonal[:POOLED]] += POOLED_DRIFT
        return mean, covariance

    @staticmethod
    def _regressors(slot: Integers, design: Floats) -> list[tuple[Integers, Floats]]:
        """Per product the positions of its non-zero regressors, and their values."""
        turns = np.repeat(_PHASE[:, None], design.shape[1], axis=1)
        for column, feature in enumerate(CURVED):
            turns += _FREQUENCY[:, column, None] * design[feature]
        curve = cosine_of_turns(turns) * np.sqrt(2.0)
        rows = []
        for p, s in enumerate(slot.tolist()):
            own = _OWN_FROM + s * OWN
            at = np.concatenate(
                [
                    np.arange(POOLED),
                    np.arange(own, own + OWN),
                    np.arange(_COSINE_FROM, _LEVEL_FROM),
                    np.array([_LEVEL_FROM + s]),
                ]
            )
            h = np.concatenate([design[:, p], design[:OWN, p], curve[:, p], np.ones(1)])
            rows.append((at, h))
        return rows

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """State as arrays; of the symmetric covariance the lower triangle."""
        lower = np.tril_indices(DIMENSION)
        return {
            "mean": self.mean.copy(),
            "covariance": self.covariance[:, lower[0], lower[1]],
            "periods": self.periods.copy(),
            "noise": self.noise.copy(),
        }

    def load(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """The inverse of `snapshot`."""
        lower = np.tril_indices(DIMENSION)
        self.mean = np.array(arrays["mean"], np.float64)
        self.periods = np.array(arrays["periods"], np.int64)
        self.noise = np.array(arrays["noise"], np.float64)
        self.covariance = np.zeros((len(self.mean), DIMENSION, DIMENSION))
        self.covariance[:, lower[0], lower[1]] = arrays["covariance"]
        self.covariance[:, lower[1], lower[0]] = arrays["covariance"]


def _dot(a: Floats, b: Floats) -> float:
    return float(np.add.accumulate(a * b)[-1])


def _project(covariance: Floats, at: Integers, h: Floats) -> Floats:
    """C h for h that is zero but at `at`; C is symmetric, its rows are added in order."""
    value: Floats = np.add.reduce(covariance[at] * h[:, None], axis=0)
    return value
