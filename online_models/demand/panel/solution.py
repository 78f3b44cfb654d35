"""The exact posterior of one block's Gaussian process, given what was seen and how noisy it was.

Products are independent given the pooled coefficients: each product's own covariance is factored
by itself, all of a block at once, and the pooled coefficients follow from their normal equations.

References: Rasmussen and Williams, "Gaussian Processes for Machine Learning", 2006, ch. 2.7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand.panel.kernel import (
    LINEAR,
    POOLED,
    own_covariance,
    own_variance,
    pooled_features,
)
from online_models.demand.panel.prior import Prior
from online_models.numerics.arrays import Flags, Floats, Ints
from online_models.numerics.linear import backward, cholesky, forward, gram
from online_models.numerics.special import column_sums, log, sum_by
from online_models.persistence.kinds import SAME, Array
from online_models.persistence.saved import Saved


class NormalEquations:
    """`information` (groups, k, k) and `moment` (groups, k) of k regressors."""

    SAVED = Saved(
        information=Array(np.float64, None, SAME, SAME),
        moment=Array(np.float64, None, SAME),
    )

    def __init__(self, regressors: int) -> None:
        self.information: Floats = np.zeros((0, regressors, regressors))
        self.moment: Floats = np.zeros((0, regressors))

    def __len__(self) -> int:
        return len(self.moment)

    def grow(self, groups: int) -> None:
        """Make room for groups that know nothing yet."""
        missing, k = max(groups - len(self), 0), self.moment.shape[1]
        self.information = np.concatenate([self.information, np.zeros((missing, k, k))])
        self.moment = np.concatenate([self.moment, np.zeros((missing, k))])

    def add(
        self, group: Ints, design: Floats, target: Floats, weight: Floats, forgetting: float
    ) -> None:
        """Add one window: design (k, n), the rest (n,). Groups without rows forget nothing."""
        groups = len(self)
        keep = np.where(np.bincount(group, minlength=groups) > 0, forgetting, 1.0)
        self.information *= keep[:, None, None]
        self.moment *= keep[:, None]
        for i in range(len(design)):
            weighted = weight * design[i]
            self.moment[:, i] += sum_by(group, weighted * target, groups)
            for j in range(i + 1):
                added = sum_by(group, weighted * design[j], groups)
                self.information[:, i, j] += added
                if j < i:
                    self.information[:, j, i] += added


def predicted(coefficients: Floats, group: Ints, design: Floats) -> Floats:
    """What each row's group says of it, coefficients (groups, k), design (k, n) → (n,)."""
    chosen = coefficients[group]
    value: Floats = chosen[:, 0] * design[0]
    for k in range(1, len(design)):
        value += chosen[:, k] * design[k]
    return value


@dataclass(frozen=True, slots=True)
class Seen:
    """Observations of a block's products, padded to n rows each: `there` says which are real."""

    #: (products, LINEAR, n), (products, n) and (products, n).
    design: Floats
    time: Floats
    target: Floats
    there: Flags


class Solution:
    """Posterior of a block."""

    def __init__(self, seen: Seen, noise: Floats, prior: Prior) -> None:
        """Solve with the noise variance of every observation, (products, n)."""
        products, n = seen.target.shape
        self.seen, self.prior = seen, prior
        both = seen.there[:, :, None] & seen.there[:, None, :]
        covariance = own_covariance(
            prior.own, prior.own_curve, seen.design, seen.time, seen.design, seen.time
        )
        covariance *= both
        at = np.arange(n)
        covariance[:, at, at] = np.where(seen.there, covariance[:, at, at] + noise, 1.0)
        self.lower = cholesky(covariance)
        flat = np.swapaxes(seen.design, 0, 1).reshape(LINEAR, products * n)
        pooled = pooled_features(flat).reshape(POOLED, products, n) * seen.there
        right = np.concatenate(
            [np.moveaxis(pooled, 0, -1), (seen.target * seen.there)[:, :, None]], axis=-1
        )
        whitened = forward(self.lower, right)
        products_of = gram(np.moveaxis(whitened, -1, 0).reshape(POOLED + 1, products * n))
        information = products_of[:POOLED, :POOLED] + np.diag(1.0 / prior.variance)
        self.information = cholesky(information)
        believed = (prior.mean / prior.variance)[:, None]
        moment = forward(self.information, products_of[:POOLED, POOLED:] + believed)
        self.coefficients = backward(self.information, moment)[:, 0]
        self.regressors = np.ascontiguousarray(whitened[..., :POOLED])
        rest = whitened[..., POOLED].copy()
        for k in range(POOLED):
            rest -= self.coefficients[k] * self.regressors[..., k]
        #: Log marginal likelihood of what was seen, but for a constant.
        self.evidence = self._evidence(rest)
        #: C⁻¹ (y − Φ β) of each product.
        self.weights = backward(self.lower, rest[..., None])[..., 0]
        #: What the posterior leaves unexplained of each observation.
        self.residual = noise * self.weights

    def _evidence(self, rest: Floats) -> float:
        """`rest` is what the coefficients leave, whitened."""
        prior, gap = self.prior, self.coefficients - self.prior.mean
        own, pooled = np.arange(self.lower.shape[-1]), np.arange(POOLED)
        twice = [
            -2.0 * log(self.lower[:, own, own]).ravel(),
            -2.0 * log(self.information[pooled, pooled]),
            -log(prior.variance),
            -(rest * rest).ravel(),
            -gap * gap / prior.variance,
        ]
        return 0.5 * float(column_sums(np.concatenate(twice)[:, None])[0])

    def predict(self, place: Ints, design: Floats, time: int) -> tuple[Floats, Floats]:
        """Mean and variance of the function for products at `place`, design (LINEAR, m), (m,).

        A product past those solved for has no observations yet.
        """
        seen = self.seen
        known = place < len(seen.target)
        place = np.where(known, place, 0)
        when = np.full((len(place), 1), float(time))
        here = design.T[:, :, None]
        own, curve = self.prior.own, self.prior.own_curve
        cross = own_covariance(own, curve, here, when, seen.design[place], seen.time[place])
        cross = cross[:, 0, :]
        cross *= seen.there[place] & known[:, None]
        features = pooled_features(design)
        mean = column_sums((cross * self.weights[place]).T)
        for k in range(POOLED):
            mean += self.coefficients[k] * features[k]
        white = forward(self.lower[place], cross[:, :, None])[..., 0]
        alone = own_variance(own, curve, design) - column_sums((white * white).T)
        left = (
            features - column_sums(np.swapaxes(self.regressors[place] * white[:, :, None], 0, 1)).T
        )
        explained = forward(self.information, left)
        shared = column_sums(explained * explained)
        return mean, np.maximum(alone + shared, 1e-6)
