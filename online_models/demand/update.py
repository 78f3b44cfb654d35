"""The Bayesian update of one linear predictor by one count, exact along its direction."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.exact_math import exp, log

Floats = NDArray[np.float64]

#: Steps of a convex root search that starts on the far side of the root.
NEWTON_STEPS = 4
#: One bucket moves a log rate by at most a factor of e³: 20.
LARGEST_STEP = 3.0


def clipped_units(units: Floats, mean: Floats) -> Floats:
    """Units bounded for learning at 20 (mean + 1): one bulk order is not a new level."""
    return np.minimum(np.maximum(units, 0.0), 20.0 * (mean + 1.0))


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
    step = np.minimum(np.maximum(step, -LARGEST_STEP), LARGEST_STEP)
    for _ in range(NEWTON_STEPS):
        rate = mean * exp(step)
        damping = 1.0 / (1.0 + rate / size)
        score = (units - rate) * damping
        slope = 1.0 + variance * rate * (1.0 + units / size) * damping * damping
        step = step - (step - variance * score) / slope
        step = np.minimum(np.maximum(step, -LARGEST_STEP), LARGEST_STEP)
    rate = mean * exp(step)
    information = rate / (1.0 + rate / size)
    with np.errstate(all="ignore"):
        score = np.where(variance > 0.0, step / variance, 0.0)
    return score, information
