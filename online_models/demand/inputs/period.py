"""One period as the experts see it: observations of one interval, and what their offers are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from online_models.demand.inputs.observations import DAY, Observations
from online_models.numerics.special import power

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Period:
    """Rows of one interval [start, end), each offer at most once, sorted by offer."""

    seen: Observations
    #: Product, channel, and category row (0 is the catalogue) of each offer, (n,).
    sku: Integers
    channel: Integers
    row: Integers

    def __len__(self) -> int:
        return len(self.seen)

    def kept(self, daily: float) -> float:
        """What a memory that keeps `daily` a bucket keeps over this one; an hour is no day."""
        length = int(self.seen.end[0] - self.seen.start[0])
        return daily if length >= DAY else float(power(daily, length / DAY))

    def take(self, rows: NDArray[np.int64]) -> Period:
        """The rows chosen, in the order chosen."""
        return Period(self.seen.take(rows), self.sku[rows], self.channel[rows], self.row[rows])
