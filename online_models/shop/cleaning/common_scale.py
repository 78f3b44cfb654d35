"""What all rows of a partition have in common: the prior of a row that has no past."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.special import total
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.shop.cleaning.log_scale import LogScale

Ints = NDArray[np.int64]

#: Standard deviation of the rows' means before evidence (a shop of singles or of pallets), and
#: the rows that it is worth.
PRIOR_DEVIATION = 1.5
PRIOR_ROWS = 5.0
#: The common prior is renewed when sightings have grown by this factor: it settles quickly, and
#: renewing costs a pass over all rows.
GROWTH = 1.25


class CommonScale:
    """A `LogScale` whose rows share a prior, estimated from their own means (empirical Bayes)."""

    SAVED = Saved(rows=Part(), mean=float, deviation=float, seen=int, due=int, bounded=int)

    def __init__(self) -> None:
        self.rows = LogScale()
        self.mean = 0.0
        self.deviation = PRIOR_DEVIATION
        self.seen = 0
        self.due = 1
        self.bounded = 0

    def settle(self) -> None:
        """Take up what was seen since the last tick."""
        scale = self.rows
        self.seen += int(scale.fresh.sum())
        touched = scale.merge()
        if self.seen >= self.due:
            self._renew()
            touched = np.arange(scale.size)
        elif self.seen and self.bounded < scale.size:
            new = np.arange(self.bounded, scale.size)
            touched = np.concatenate([touched[touched < self.bounded], new])
        if self.seen:
            self.bounded = scale.size
            scale.bound(touched, self.mean, self.deviation)

    def _renew(self) -> None:
        means = self.rows.mean[self.rows.weight > 0.0]
        self.due = int(self.seen * GROWTH) + 1
        self.mean = float(total(means)) / len(means)
        gap = means - self.mean
        prior = PRIOR_ROWS * PRIOR_DEVIATION * PRIOR_DEVIATION
        variance = (float(total(gap * gap)) + prior) / (len(means) + PRIOR_ROWS)
        self.deviation = float(np.sqrt(variance))
