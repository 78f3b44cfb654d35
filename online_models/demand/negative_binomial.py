"""The negative binomial distribution by mean and size; a large size is the Poisson.

Variance = mean + mean² / size.

References: Peizer and Pratt, "A normal approximation for binomial, F, beta, and other common,
related tail probabilities", JASA 63 (1968), for counts past the exact sum.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from online_models.numerics.arrays import Floats
from online_models.numerics.special import exp, gammaln, log, log1p, normal_cdf

#: Counts up to here are summed term by term; beyond, the approximation is good to about 1e-4.
EXACT_UP_TO = 24
_BISECTIONS = 60


def log_probability(units: ArrayLike, mean: ArrayLike, size: ArrayLike) -> Floats:
    """Log probability of `units` (≥ 0), natural logarithm.

    >>> round(float(log_probability(2, 1.5, 1e9)), 6)
    -1.382217
    """
    y, mu, r = (np.asarray(v, np.float64) for v in (units, mean, size))
    ratio = mu / r
    spread = log1p(ratio)
    # log Γ(y + r) − log Γ(r) loses all digits for huge r, where it tends to y log r.
    poisson = r > 1e7
    bounded = np.where(poisson, 1.0, r)
    with_units = y + bounded
    above, below = gammaln(np.stack([with_units, np.broadcast_to(bounded, with_units.shape)]))
    rising = above - below - y * log(bounded)
    value = np.where(poisson, 0.0, rising) - _log_factorial(y) - (y + r) * spread
    with np.errstate(all="ignore"):
        power: Floats = np.where(y > 0.0, y * log(mu), 0.0)
    return value + power


_LOG_FACTORIALS = gammaln(np.arange(1.0, 513.0))


def _log_factorial(y: Floats) -> Floats:
    """log Γ(y + 1), from a table where all counts are whole and small."""
    if y.size and y.min() >= 0.0 and y.max() < len(_LOG_FACTORIALS):
        whole = y.astype(np.int64)
        if (whole == y).all():
            return _LOG_FACTORIALS[whole]
    return gammaln(y + 1.0)


def cdf(units: ArrayLike, mean: ArrayLike, size: ArrayLike) -> Floats:
    """P(Y ≤ units), shape of the inputs broadcast; 0 below 0."""
    y, mu, r = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (units, mean, size)))
    y = np.floor(y)
    value: Floats = np.where(y < 0.0, 0.0, _approximate_cdf(np.maximum(y, 0.0), mu, r))
    small = (y >= 0.0) & (y <= EXACT_UP_TO)
    if small.any():
        value[small] = _summed_cdf(y[small], mu[small], r[small])
    return value


def quantile(p: float, mean: ArrayLike, size: ArrayLike) -> Floats:
    """Smallest count whose distribution function reaches `p`."""
    mu, r = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (mean, size)))
    low = np.full(mu.shape, -1.0)
    high = np.ceil(mu + 40.0 * np.sqrt(mu + mu * mu / r) + 40.0)
    for _ in range(_BISECTIONS):
        middle = np.floor(0.5 * (low + high))
        reached = cdf(middle, mu, r) >= p
        high = np.where(reached, middle, high)
        low = np.where(reached, low, middle)
        if (high - low <= 1.0).all():
            break
    return np.asarray(high, np.float64)


def _summed_cdf(y: Floats, mu: Floats, r: Floats) -> Floats:
    term = exp(-r * log1p(mu / r))
    ratio = mu / (r + mu)
    value = term.copy()
    for k in range(1, int(np.max(y)) + 1):
        # Γ(k + r) / Γ(k − 1 + r) times the success odds; μ / (1 + μ / r) in the Poisson limit.
        term = term * ((k - 1.0 + r) * ratio / k)
        value = value + np.where(y >= k, term, 0.0)
    return np.minimum(value, 1.0)


def _approximate_cdf(y: Floats, mu: Floats, r: Floats) -> Floats:
    with np.errstate(all="ignore"):
        p = r / (r + mu)
        q = mu / (r + mu)
        n = y + r
        d = y + 2.0 / 3.0 - (n + 1.0 / 3.0) * q
        d = d + 0.02 * (p / (y + 1.0) - q / r + (p - 0.5) / (n + 1.0))
        a = (y + 0.5) / np.maximum(n * q, 1e-300)
        b = (r - 0.5) / np.maximum(n * p, 1e-300)
        scale = (n + 1.0 / 6.0) * p * q
        z = d / np.sqrt(scale) * np.sqrt(1.0 + p * _skew(a) + q * _skew(np.maximum(b, 0.0)))
        z = np.where(scale <= 0.0, np.inf, z)
        # In the Poisson limit p and q lose all digits; there the mean alone says it.
        poisson = d_poisson(y, mu)
        return normal_cdf(np.where(r > 1e7, poisson, z))


def d_poisson(y: Floats, mu: Floats) -> Floats:
    """Normal deviate of P(Y ≤ y) for a Poisson of mean `mu` (Peizer and Pratt)."""
    with np.errstate(all="ignore"):
        d = y + 2.0 / 3.0 - mu + 0.02 / (y + 1.0)
        return d / np.sqrt(mu) * np.sqrt(1.0 + _skew((y + 0.5) / mu))


def _skew(x: Floats) -> Floats:
    with np.errstate(all="ignore"):
        value = (1.0 - x * x + 2.0 * x * log(x)) / ((1.0 - x) * (1.0 - x))
        e = x - 1.0
        near = -e / 3.0 + e * e / 6.0
        value = np.where(np.abs(e) < 1e-3, near, value)
        return np.where(x == 0.0, 1.0, value)
