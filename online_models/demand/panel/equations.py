"""Discounted, weighted normal equations of many groups, each a regression of its own."""

from __future__ import annotations

import numpy as np

from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.special import sum_by
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
