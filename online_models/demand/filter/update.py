"""The Bayesian update of one linear predictor by one count, exact along its direction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from online_models.demand.filter.price_scale import steepness
from online_models.demand.filter.state import ELASTICITY
from online_models.demand.forecast import UnitsForecast
from online_models.numerics.arrays import Flags, Floats
from online_models.numerics.special import exp, log


@dataclass(frozen=True, slots=True)
class Posterior:
    """Pooled posterior of n rows: (COEFFICIENTS, n), and packed (PACKED, n)."""

    mean: Floats
    covariance: Floats


@dataclass(frozen=True, slots=True)
class RateLikelihood:
    """What one window's units say of n log rates: score and information at the log rate `at`."""

    at: Floats
    score: Floats
    information: Floats

    def after(self, rate: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """Score and expected information of log rates that were known so vaguely, (n,) each: these
        move by variance · score.
        """
        damping = 1.0 / (1.0 + variance * self.information)
        score = (self.information * (self.at - rate) + self.score) * damping
        return score, self.information * damping


@dataclass(frozen=True, slots=True)
class RatePrediction:
    """What a window was predicted from, n rows."""

    #: Expected units and their negative-binomial size; the variance of the rate is part of it.
    mean: Floats
    size: Floats
    #: 1 / size of the units given their rate.
    scatter: Floats
    #: Variance of the log rate, log prices against their anchors, and the regressors.
    variance: Floats
    deviation: Floats
    regressors: tuple[Floats | float, ...]
    posterior: Posterior

    @property
    def elasticity(self) -> Floats:
        """What the prices do on a first day, (n,)."""
        own: Floats = self.posterior.mean[ELASTICITY] * steepness(self.deviation)
        return own

    @property
    def covered(self) -> Flags:
        """Every offer is covered, cold ones from their category."""
        return np.ones(len(self.mean), np.bool_)

    def forecast(self) -> UnitsForecast:
        """One negative binomial per row."""
        return UnitsForecast.single(self.mean, self.size)


#: Steps of a convex root search that starts on the far side of the root; the distance from the root
#: from which on it has gone astray; and halvings of what the root lies in then.
NEWTON_STEPS = 4
ASTRAY = 0.5
HALVINGS = 40
#: One window moves a well-known log rate by at most this; an unknown one further.
LARGEST_STEP = 1.5
STEP_DEVIATIONS = 3.0
#: Residuals beyond so many standard deviations count as this many.
LARGEST_RESIDUAL = 6.0


def bounded_units(units: Floats, mean: Floats, size: Floats, variance: Floats) -> Floats:
    """Units bounded for learning: one bulk order is not a new level.

    The bound is 6 standard deviations of the count, widened by what the log rate's own variance
    allows, so that an offer that nobody knows yet may sell thousands at once.
    """
    spread = mean + LARGEST_RESIDUAL * np.sqrt(mean + mean * mean / size) + 1.0
    bound = spread * exp(STEP_DEVIATIONS * np.sqrt(np.minimum(variance, 25.0)))
    return np.minimum(np.maximum(units, 0.0), bound)


def posterior_step(
    units: Floats, mean: Floats, size: Floats, variance: Floats
) -> tuple[Floats, Floats]:
    """Laplace update of η ~ N(log mean, variance) by units ~ NegativeBinomial(e^η, size).

    The likelihood depends on the state only through η, so its mode lies on a line: η moves by
    δ = variance · score(η + δ). Returns (score, information) at the mode, both (n,): a state with
    covariance P and η = hᵀx moves by P h · score, and P falls by P h hᵀ P · information /
    (1 + variance · information).

    References: Fahrmeir, "Posterior mode estimation by extended Kalman filtering for multivariate
    dynamic generalized linear models", JASA 87 (1992); West, Harrison, Migon, JASA 80 (1985).
    """
    excess = units - mean
    first = variance * excess / (1.0 + mean / size)
    # Two bounds on the root from the far side: the linear step, and where the fit is perfect.
    perfect = log((units + 0.05) / (mean + 0.05))
    step = np.where(excess > 0.0, np.minimum(first, perfect), np.maximum(first, perfect))
    bound = LARGEST_STEP + STEP_DEVIATIONS * np.sqrt(variance)
    step = np.minimum(np.maximum(step, -bound), bound)
    for _ in range(NEWTON_STEPS):
        rate = mean * exp(step)
        damping = 1.0 / (1.0 + rate / size)
        score = (units - rate) * damping
        slope = 1.0 + variance * rate * (1.0 + units / size) * damping * damping
        step = step - (step - variance * score) / slope
        step = np.minimum(np.maximum(step, -bound), bound)
    rate = mean * exp(step)
    damping = 1.0 / (1.0 + rate / size)
    left = step - variance * (units - rate) * damping
    slope = 1.0 + variance * rate * (1.0 + units / size) * damping * damping
    # hardly ever: where little was expected of what hardly anything is known of
    astray = (np.abs(left) > ASTRAY * slope) & ((np.abs(step) < bound) | (left * step > 0.0))
    if astray.any():
        at = np.flatnonzero(astray)
        step[at] = _halved(units[at], mean[at], size[at], variance[at], bound[at])
        rate = mean * exp(step)
    information = rate / (1.0 + rate / size)
    with np.errstate(all="ignore"):
        score = np.where(variance > 0.0, step / variance, 0.0)
    return score, information


def _halved(units: Floats, mean: Floats, size: Floats, variance: Floats, bound: Floats) -> Floats:
    """The root of `posterior_step` between nothing and the bound, (n,): what is left over rises
    with the step.
    """
    up = units > mean
    low, high = np.where(up, 0.0, -bound), np.where(up, bound, 0.0)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        rate = mean * exp(middle)
        short = middle < variance * (units - rate) / (1.0 + rate / size)
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return 0.5 * (low + high)
