"""Intervals of an estimate: at one time fixed in advance, and at all times together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

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


def boundary(variance: float, scale: float) -> float:
    """Bound on |S| that a martingale S crosses at any time with probability at most `ALPHA`.

    sqrt((V + ρ) (log((V + ρ)/ρ) + 2 log(1/α))), V the variance so far and ρ the `scale`, both in
    the square of S's unit (Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon 2021, eq. 14). It
    holds exactly for Gaussian increments of known variance and asymptotically for an estimated
    one (Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas 2024).

    >>> boundary(100.0, 12.0) > 1.96 * 100.0**0.5
    True
    """
    whole = variance + scale
    return sqrt(whole * (log(whole / scale) + 2.0 * log(1.0 / ALPHA)))


def scale_for(variance: float) -> float:
    """The scale that makes the boundary about tightest once the variance has reached `variance`.

    ρ = V / (2 log(1/α) + log(1 + 2 log(1/α))) (ibid., section 3.5); it is to be fixed before the
    first look.
    """
    twice = 2.0 * log(1.0 / ALPHA)
    return variance / (twice + log(1.0 + twice))
