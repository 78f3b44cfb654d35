"""Elementary functions, sums and draws that are byte-identical on every CPU.

`np.exp`, `np.log` and their kin are picked by CPU at run time and differ in the last bit, and so
do BLAS and pairwise sums. A price must not depend on the machine, so whatever reaches one is made
of IEEE 754 basic operations alone (+ − × ÷ sqrt, rounding to integers, comparisons, integer and
bit operations), each elementwise or in a fixed order. All functions take float64 of any shape,
return new float64 arrays of that shape, and raise no floating-point warning.

References: fdlibm (Sun Microsystems, 1993) for `exp` and `log`; West, "Better approximations to
cumulative normal functions", Wilmott 2005, after Hart 1968; Wichura, algorithm AS 241, Applied
Statistics 37 (1988); Stirling's series for `gammaln`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from online_models.numerics.elementary import (
    cosine_of_turns,
    exp,
    expm1,
    log,
    log1p,
    polynomial,
    power,
)
from online_models.numerics.philox import keyed_bits

__all__ = [
    "NINETY_FIVE_PERCENT",
    "NINETY_PERCENT",
    "column_sums",
    "cosine_of_turns",
    "exp",
    "expm1",
    "gammaln",
    "log",
    "log1p",
    "normal_cdf",
    "normal_quantile",
    "normals",
    "power",
    "sum_by",
    "total",
    "uniforms",
]

Floats = NDArray[np.float64]

#: Half the widths of central intervals of a normal distribution, in standard deviations.
NINETY_PERCENT, NINETY_FIVE_PERCENT = 1.6448536269514722, 1.959963984540054

_HART_NUMERATOR = (
    3.52624965998911e-02,
    0.700383064443688,
    6.37396220353165,
    33.912866078383,
    112.079291497871,
    221.213596169931,
    220.206867912376,
)
_HART_DENOMINATOR = (
    8.83883476483184e-02,
    1.75566716318264,
    16.064177579207,
    86.7807322029461,
    296.564248779674,
    637.333633378831,
    793.826512519948,
    440.413735824752,
)


def normal_cdf(x: ArrayLike) -> Floats:
    """Standard normal distribution function: error below 2e-15, in the tails below 1e-8 of it."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        a = np.abs(x)
        near = polynomial(a, _HART_NUMERATOR) / polynomial(a, _HART_DENOMINATOR)
        b = a + 0.65
        for numerator in range(8, 0, -1):
            b = a + numerator / b
        tail = exp(-0.5 * a * a) * np.where(a < 7.07106781186547, near, 1.0 / (b * 2.506628274631))
        tail = np.where(a > 38.0, 0.0, tail)
        return np.where(x > 0.0, 1.0 - tail, np.where(x == x, tail, np.nan))


_CENTRE = (
    (2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
     13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608),
    (5226.495278852854561, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
     5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0),
)  # fmt: skip
_MIDDLE = (
    (7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
     1.27045825245236838258, 3.64784832476320460504, 5.7694972214606914055,
     4.6303378461565452959, 1.42343711074968357734),
    (1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966,
     0.14810397642748007459, 0.68976733498510000455, 1.6763848301838038494,
     2.05319162663775882187, 1.0),
)  # fmt: skip
_TAIL = (
    (2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
     0.026532189526576123093, 0.29656057182850489123, 1.7848265399172913358,
     5.4637849111641143699, 6.6579046435011037772),
    (2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5,
     7.868691311456132591e-4, 0.0148753612908506148525, 0.13692988092273580531,
     0.59983220655588793769, 1.0),
)  # fmt: skip


def normal_quantile(p: ArrayLike) -> Floats:
    """Inverse of `normal_cdf`, relative error about 1e-15; 0 → −inf, 1 → inf, outside → nan."""
    p = np.asarray(p, np.float64)
    with np.errstate(all="ignore"):
        q = p - 0.5
        r = 0.180625 - q * q
        centre = q * (polynomial(r, _CENTRE[0]) / polynomial(r, _CENTRE[1]))
        s = np.sqrt(-log(np.minimum(p, 1.0 - p)))
        m = s - 1.6
        t = s - 5.0
        middle = polynomial(m, _MIDDLE[0]) / polynomial(m, _MIDDLE[1])
        tail = polynomial(t, _TAIL[0]) / polynomial(t, _TAIL[1])
        outer = np.where(s <= 5.0, middle, tail)
        outer = np.where(s == np.inf, np.inf, outer)
        value = np.where(np.abs(q) <= 0.425, centre, np.where(q < 0.0, -outer, outer))
        return np.where((p >= 0.0) & (p <= 1.0), value, np.nan)


_STIRLING = (
    6.41025641025641025641e-3,
    -1.91752691752691752692e-3,
    8.41750841750841750842e-4,
    -5.95238095238095238095e-4,
    7.93650793650793650794e-4,
    -2.77777777777777777778e-3,
    8.33333333333333333333e-2,
)
_HALF_LOG_TWO_PI = 0.91893853320467274178
_STIRLING_FROM = 9.0


def gammaln(x: ArrayLike) -> Floats:
    """log Γ(x) for x > 0, absolute error below 2e-14 or relative 1e-15; 0 → inf, negative → nan."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        small = x < _STIRLING_FROM
        base = np.where(small, x, 1.0)
        product = base.copy()
        for step in range(1, int(_STIRLING_FROM)):
            product *= base + step
        shifted = np.where(small, x + _STIRLING_FROM, x)
        inverse = 1.0 / shifted
        series = polynomial(inverse * inverse, _STIRLING) * inverse
        logs = log(np.stack([shifted, product]))
        value: Floats = (shifted - 0.5) * logs[0] - shifted + _HALF_LOG_TWO_PI + series
        value = np.where(small, value - logs[1], value)
        if x.size and x.min() > 0.0 and x.max() < np.inf:
            return value
        value = np.where(x == np.inf, np.inf, value)
        return np.where(x == 0.0, np.inf, np.where(x > 0.0, value, np.nan))


def total(values: ArrayLike) -> float:
    """Sum in the order given (the last running sum), never pairwise; 0.0 where there is none."""
    values = np.asarray(values, np.float64).ravel()
    return float(np.add.accumulate(values)[-1]) if values.size else 0.0


def sum_by(group: NDArray[np.int64], weights: Floats, groups: int) -> Floats:
    """Weights summed by group id in the order of the rows, shape (groups,)."""
    return np.bincount(group, weights=weights, minlength=groups).astype(np.float64, copy=False)


def column_sums(rows: Floats) -> Floats:
    """Sum of (n, k) over its rows, first to last, shape (k,)."""
    return np.add.accumulate(rows, axis=0)[-1] if len(rows) else np.zeros(rows.shape[1])


def uniforms(*words: ArrayLike, count: int = 1) -> Floats:
    """Draws from (0, 1), both ends excluded, keyed by integer words (scalars or (n,)): (n, count).

    >>> bool((uniforms(7, np.arange(3), count=2)[1] == uniforms(7, 1, count=2)[0]).all())
    True
    """
    bits = keyed_bits(words, count) >> np.uint64(12)
    return (bits.astype(np.float64) + 0.5) * 2.0**-52


def normals(*words: ArrayLike, count: int = 1) -> Floats:
    """Standard normal draws keyed like `uniforms`, by inverting the distribution: (n, count)."""
    return normal_quantile(uniforms(*words, count=count))
