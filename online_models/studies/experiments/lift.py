"""The profit lift of a holdout experiment: an interval for today, and one for all days at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.arrays import Flags, Floats

#: Intervals miss the truth this often.
ALPHA = 0.05
#: Quantile of the standard normal distribution at 1 − ALPHA / 2: that of `numerics.special`, which
#: brings the compiler into the console with it.
NINETY_FIVE_PERCENT = 1.959963984540054


def _t_quantile(freedom: float) -> float:
    """The quantile of Student's distribution at 1 − ALPHA / 2."""
    # imported where it is used: the console holds this module, and most shops try no experiment
    from scipy import special

    return float(special.stdtrit(freedom, 1.0 - ALPHA / 2.0))


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % bounds; they are NaN where a single observation allows none."""

    mean: float
    lower: float
    upper: float

    def excludes(self, value: float) -> bool:
        """Whether `value` lies outside the bounds."""
        return not self.lower <= value <= self.upper

    def times(self, factor: float) -> Interval:
        """The same in another unit; `factor` is positive."""
        return Interval(self.mean * factor, self.lower * factor, self.upper * factor)


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
    half = _t_quantile(len(sample) - 1) * error
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


#: Days before the first look: the variance must have settled.
FIRST_LOOK = 14
#: The sequence is tightest at this multiple of the first look.
TIGHTEST_AT = 4.0
#: An arm with fewer units has no variance worth the name.
LEAST_UNITS = 4


@dataclass(frozen=True)
class Lift:
    """Treated against held-out units, profit a day and unit.

    absolute: difference in money, with an interval valid at one day fixed in advance.
    relative: the same over the holdout's profit.
    sequence, relative_sequence: intervals valid at all days together, however often one looks and
        whenever one stops.
    """

    absolute: Interval
    relative: Interval
    sequence: Interval
    relative_sequence: Interval


@dataclass(frozen=True)
class _Arm:
    mean: float
    variance: float
    freedom: float


class LiftExperiment:
    """Units (SKUs, say) of which some are held out for good; profits arrive by day.

    Units are the sample: the days of one unit are not independent of each other. Each arm's mean
    is adjusted by the units' profit before the experiment (Deng, Xu, Kohavi and Walker 2013, the
    slope common to both arms), which removes most of what units differ by. The sequence applies the
    normal-mixture boundary to the cumulated difference, whose variance is that across units. Where
    a unit's days are positively correlated, as they are, it is conservative: the difference strays
    less than a sum of independent days.

    Parameters
    ----------
    held_out: shape (n,), True for the holdout.
    before: profit a day of each unit before the experiment, shape (n,); zeros where unknown.

    Raises
    ------
    ValueError
        Where an arm has fewer than `LEAST_UNITS` units, or the shapes differ.
    """

    def __init__(self, held_out: Flags, before: Floats) -> None:
        if held_out.shape != before.shape:
            raise ValueError("before: one value per unit is needed")
        if min(held_out.sum(), (~held_out).sum()) < LEAST_UNITS:
            raise ValueError(f"held_out: each arm needs at least {LEAST_UNITS} units")
        self._held_out = held_out
        self._before = before
        self._sum = np.zeros(len(held_out))
        self._scale: float | None = None
        self._relative_scale: float | None = None
        self.days = 0

    def learn(self, profit: Floats) -> None:
        """Take in a day's profit by unit, shape (n,)."""
        self._sum = self._sum + profit
        self.days += 1
        if self.days == FIRST_LOOK:
            treated, held = self._arms()
            self._scale = self._tightest(treated.variance + held.variance)
            self._relative_scale = self._tightest(self._relative(treated, held)[1])

    def lift(self) -> Lift | None:
        """What is known after the days so far; None before the first look."""
        if self._scale is None or self._relative_scale is None:
            return None
        treated, held = self._arms()
        variance = treated.variance + held.variance
        parts = (treated.variance**2 / treated.freedom) + (held.variance**2 / held.freedom)
        quantile = _t_quantile(variance**2 / parts if parts else 1e9)
        difference = treated.mean - held.mean
        ratio, ratio_variance = self._relative(treated, held)
        return Lift(
            absolute=_around(difference, quantile * variance**0.5),
            relative=_around(ratio, quantile * ratio_variance**0.5),
            sequence=_around(difference, self._radius(variance, self._scale, quantile)),
            relative_sequence=_around(
                ratio, self._radius(ratio_variance, self._relative_scale, quantile)
            ),
        )

    def _arms(self) -> tuple[_Arm, _Arm]:
        """Treated and held-out units, adjusted to the mean past profit of all with one slope."""
        y = self._sum / self.days
        slope, spread = 0.0, 0.0
        for chosen in (self._held_out, ~self._held_out):
            away = self._before[chosen] - self._before[chosen].mean()
            slope += float(away @ y[chosen])
            spread += float(away @ away)
        if spread > 0.0:
            y = y - slope / spread * (self._before - self._before.mean())
        return self._arm(y[~self._held_out]), self._arm(y[self._held_out])

    @staticmethod
    def _arm(y: Floats) -> _Arm:
        return _Arm(float(y.mean()), float(y.var(ddof=1)) / len(y), len(y) - 1.0)

    @staticmethod
    def _relative(treated: _Arm, held: _Arm) -> tuple[float, float]:
        """Ratio of the means less one, and its variance by the delta method."""
        ratio = treated.mean / held.mean
        variance = (treated.variance + ratio * ratio * held.variance) / held.mean**2
        return ratio - 1.0, variance

    def _tightest(self, variance: float) -> float:
        """The mixture's scale, from the variance of the mean at the first look."""
        return scale_for(max(variance, 1e-300) * self.days**2 * TIGHTEST_AT)

    def _radius(self, variance: float, scale: float, quantile: float) -> float:
        """Half width of the sequence; few units widen it as they widen Student's interval."""
        wide = quantile / NINETY_FIVE_PERCENT
        return wide * boundary(variance * self.days**2, scale) / self.days


def _around(mean: float, half: float) -> Interval:
    return Interval(mean, mean - half, mean + half)
