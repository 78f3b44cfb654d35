"""The normal-mixture boundary: how far a sum may stray if it is looked at all the time."""

from __future__ import annotations

from math import log, sqrt

from online_models.studies.experiments.interval import ALPHA


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
