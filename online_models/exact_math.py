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

from online_models.philox import keyed_bits

Floats = NDArray[np.float64]

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_INVERSE_LN2 = 1.44269504088896338700
_EXP_OVERFLOW = 709.782712893384
_EXP_UNDERFLOW = -745.1332191019412
_EXP = (
    4.13813679705723846039e-08,
    -1.65339022054652515390e-06,
    6.61375632143793436117e-05,
    -2.77777777770155933842e-03,
    1.66666666666666019037e-01,
)
_LOG_EVEN = (1.531383769920937332e-01, 2.222219843214978396e-01, 3.999999999940941908e-01)
_LOG_ODD = (
    1.479819860511658591e-01,
    1.818357216161805012e-01,
    2.857142874366239149e-01,
    6.666666666666735130e-01,
)
#: Bits of 1.0 and of sqrt(1/2): adding their gap before the shift puts a mantissa above sqrt(2)
#: into the next binade, so that the reduced argument lies in [sqrt(1/2), sqrt(2)).
_ONE_BITS = 0x3FF0000000000000
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_MANTISSA = 0x000FFFFFFFFFFFFF


def _polynomial(x: Floats, coefficients: tuple[float, ...]) -> Floats:
    """Horner's scheme, highest power first."""
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value *= x
        value += coefficient
    return value


def _reduced_exp(r: Floats) -> tuple[Floats, Floats]:
    """(r, c) → exp(r) = 1 + r + r c / (2 − c) for |r| ≤ ln 2 / 2."""
    t = r * r
    t *= _polynomial(t, _EXP)
    t = r - t
    return r * t, 2.0 - t


def exp(x: ArrayLike) -> Floats:
    """e^x within 1 ulp (2 where the result is subnormal); 0 and inf past the ends; nan stays."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        bounded = np.minimum(np.maximum(x, -746.0), 710.0)
        k = np.rint(bounded * _INVERSE_LN2)
        low = k * _LN2_LOW
        high = bounded - k * _LN2_HIGH
        r = high - low
        rc, divisor = _reduced_exp(r)
        value = 1.0 - ((low - rc / divisor) - high)
        power = np.where(k == k, k, 0.0).astype(np.int64)
        half = power >> 1
        # Two factors, since 2^k alone leaves the normal range where the product may not.
        value *= ((half + 1023) << 52).view(np.float64)
        value *= ((power - half + 1023) << 52).view(np.float64)
        value = np.where(x > _EXP_OVERFLOW, np.inf, value)
        return np.where(x < _EXP_UNDERFLOW, 0.0, value)


def log(x: ArrayLike) -> Floats:
    """Natural logarithm within 1 ulp, subnormals included; log 0 = −inf, negative → nan."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        tiny = x < 2.2250738585072014e-308
        bits = np.where(tiny, x * 18014398509481984.0, x).view(np.int64)
        bits = bits + (_ONE_BITS - _ROOT_HALF_BITS)
        k = ((bits >> 52) - 1023).astype(np.float64) - 54.0 * tiny
        f = ((bits & _MANTISSA) + _ROOT_HALF_BITS).view(np.float64) - 1.0
        s = f / (2.0 + f)
        z = s * s
        w = z * z
        series = w * _polynomial(w, _LOG_EVEN) + z * _polynomial(w, _LOG_ODD)
        half_square = 0.5 * f * f
        value = k * _LN2_HIGH - ((half_square - (s * (half_square + series) + k * _LN2_LOW)) - f)
        value = np.where(x > 0.0, value, np.where(x == 0.0, -np.inf, np.nan))
        return np.where(x == np.inf, np.inf, value)


def log1p(x: ArrayLike) -> Floats:
    """log(1 + x) within 2 ulp, also where x is tiny."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        u = 1.0 + x
        return np.where(np.isfinite(u) & (u > 0.0), log(u) + (x - (u - 1.0)) / u, log(u))


def expm1(x: ArrayLike) -> Floats:
    """e^x − 1 within 4 ulp, also where x is tiny."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        r = np.minimum(np.maximum(x, -0.35), 0.35)
        rc, divisor = _reduced_exp(r)
        return np.where(np.abs(x) < 0.34, r + rc / divisor, exp(x) - 1.0)


def power(x: ArrayLike, exponent: ArrayLike) -> Floats:
    """x^exponent for x > 0, relative error about |exponent log x| ulp."""
    return exp(np.asarray(exponent, np.float64) * log(x))


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
        near = _polynomial(a, _HART_NUMERATOR) / _polynomial(a, _HART_DENOMINATOR)
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
        centre = q * (_polynomial(r, _CENTRE[0]) / _polynomial(r, _CENTRE[1]))
        s = np.sqrt(-log(np.minimum(p, 1.0 - p)))
        m = s - 1.6
        t = s - 5.0
        middle = _polynomial(m, _MIDDLE[0]) / _polynomial(m, _MIDDLE[1])
        tail = _polynomial(t, _TAIL[0]) / _polynomial(t, _TAIL[1])
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
        series = _polynomial(inverse * inverse, _STIRLING) * inverse
        value = (shifted - 0.5) * log(shifted) - shifted + _HALF_LOG_TWO_PI + series
        value = np.where(small, value - log(product), value)
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
