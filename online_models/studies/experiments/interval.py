"""An estimate between two bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

#: Intervals miss the truth this often.
ALPHA = 0.05


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % bounds; they are NaN where a single observation allows none."""

    mean: float
    lower: float
    upper: float

    def excludes(self, value: float) -> bool:
        """Whether `value` lies outside the bounds."""
        return not self.lower <= value <= self.upper


def student(values: Sequence[float] | NDArray[np.float64]) -> Interval:
    """Mean and 95 % Student interval of independent values.

    >>> student([1.0, 2.0, 3.0]).mean
    2.0
    """
    sample = np.asarray(values, dtype=np.float64)
    mean = float(sample.mean())
    if len(sample) < 2:
        return Interval(mean, float("nan"), float("nan"))
    error = float(sample.std(ddof=1)) / len(sample) ** 0.5
    half = float(special.stdtrit(len(sample) - 1, 1.0 - ALPHA / 2.0)) * error
    return Interval(mean, mean - half, mean + half)
