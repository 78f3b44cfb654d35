"""Exponential and logarithm from IEEE 754 basic operations alone, the ground of `special`.

`exp_one` and its kin are of one number, for compiled rules and plain Python; `exp` and its kin are
the same of arrays of any shape.

References: fdlibm (Sun Microsystems, 1993), whose reductions and polynomials these are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from online_models.numerics.compiled import compiled

Floats = NDArray[np.float64]

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_INVERSE_LN2 = 1.44269504088896338700
_EXP_OVERFLOW = 709.782712893384
_EXP_UNDERFLOW = -745.1332191019412
#: Up to here neither the power of two nor the result leaves the normal range.
_EXP_USUAL = 700.0
#: What is taken out of the exponent beyond, since 2^k alone leaves the normal range there.
_SHIFT = 256.0
#: Bits of 1.0 and of sqrt(1/2): adding their gap before the shift puts a mantissa above sqrt(2)
#: into the next binade, so that the reduced argument lies in [sqrt(1/2), sqrt(2)).
_ONE_BITS = 0x3FF0000000000000
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
_MANTISSA = 0x000FFFFFFFFFFFFF
_SMALLEST_NORMAL = 2.2250738585072014e-308
_INF = np.inf
_NAN = np.nan


def polynomial(x: Floats, coefficients: tuple[float, ...]) -> Floats:
    """Horner's scheme, highest power first."""
    value = x * coefficients[0]
    value += coefficients[1]
    for coefficient in coefficients[2:]:
        value *= x
        value += coefficient
    return value


@compiled
def _correction(r: float) -> tuple[float, float]:
    """(r c, 2 − c) → exp(r) = 1 + r + r c / (2 − c) for |r| ≤ ln 2 / 2."""
    t = r * r
    series = t * 4.13813679705723846039e-08 - 1.65339022054652515390e-06
    series = (series * t + 6.61375632143793436117e-05) * t - 2.77777777770155933842e-03
    t = r - t * (series * t + 1.66666666666666019037e-01)
    return r * t, 2.0 - t


@compiled
def _power_of_two(k: int) -> float:
    """2^k for −1022 ≤ k ≤ 1023."""
    power: float = np.int64((k + 1023) << 52).view(np.float64)
    return power


@compiled
def _exp_usual(x: float) -> float:
    k = np.rint(x * _INVERSE_LN2)
    low = k * _LN2_LOW
    high = x - k * _LN2_HIGH
    rc, divisor = _correction(high - low)
    value: float = (1.0 - ((low - rc / divisor) - high)) * _power_of_two(int(k))
    return value


@compiled
def _exp_unusual(x: float) -> float:
    """Where the result is inf, 0, nan, subnormal or close to it."""
    if x > _EXP_OVERFLOW:
        return _INF
    if x < _EXP_UNDERFLOW:
        return 0.0
    if x != x:
        return _NAN
    # e^x = (e^(x/2))² would double the error; a shift by whole powers of two does not.
    k = np.rint(x * _INVERSE_LN2)
    shift = _SHIFT if k > 0.0 else -_SHIFT
    low = (k - shift) * _LN2_LOW
    high = (x - shift * _LN2_HIGH) - (k - shift) * _LN2_HIGH
    low = low + shift * _LN2_LOW
    rc, divisor = _correction(high - low)
    whole = int(k)
    half = whole >> 1
    value: float = 1.0 - ((low - rc / divisor) - high)
    return value * _power_of_two(half) * _power_of_two(whole - half)


@compiled
def exp_one(x: float) -> float:
    """e^x within 1 ulp (2 where the result is subnormal); 0 and inf past the ends; nan stays.

    >>> exp_one(1.0)
    2.7182818284590455
    """
    return _exp_usual(x) if abs(x) < _EXP_USUAL else _exp_unusual(x)


@compiled
def _log_usual(x: float) -> float:
    bits = np.float64(x).view(np.int64) + (_ONE_BITS - _ROOT_HALF_BITS)
    k = float(bits >> 52) - 1023.0
    f = np.int64((bits & _MANTISSA) + _ROOT_HALF_BITS).view(np.float64) - 1.0
    s = f / (f + 2.0)
    z = s * s
    w = z * z
    odd = (w * 1.479819860511658591e-01 + 1.818357216161805012e-01) * w
    odd = ((odd + 2.857142874366239149e-01) * w + 6.666666666666735130e-01) * z
    even = (w * 1.531383769920937332e-01 + 2.222219843214978396e-01) * w
    even = (even + 3.999999999940941908e-01) * w
    half_square = 0.5 * f * f
    series = (odd + even + half_square) * s + k * _LN2_LOW
    value: float = k * _LN2_HIGH - (half_square - series - f)
    return value


@compiled
def log_one(x: float) -> float:
    """Natural logarithm within 1 ulp, subnormals included; log 0 = −inf, negative → nan.

    >>> log_one(10.0)
    2.302585092994046
    """
    if _SMALLEST_NORMAL <= x < _INF:
        return _log_usual(x)
    if x == 0.0:
        return -_INF
    if 0.0 < x < _INF:
        return _log_usual(x * 2.0**54) - 54.0 * (_LN2_HIGH + _LN2_LOW)
    return _INF if x == _INF else _NAN


@compiled
def log1p_one(x: float) -> float:
    """log(1 + x) within 2 ulp, also where x is tiny."""
    u = 1.0 + x
    value = log_one(u)
    return value + (x - (u - 1.0)) / u if 0.0 < u < _INF else value


@compiled
def expm1_one(x: float) -> float:
    """e^x − 1 within 4 ulp, also where x is tiny."""
    if abs(x) < 0.34:
        rc, divisor = _correction(x)
        return x + rc / divisor
    return exp_one(x) - 1.0


@compiled
def _exp(x: Floats) -> Floats:
    value = np.empty_like(x)
    for i in range(x.size):
        # without a branch, so that several are worked out at once
        value[i] = _exp_usual(x[i] if abs(x[i]) < _EXP_USUAL else 0.0)
    for i in range(x.size):
        if not abs(x[i]) < _EXP_USUAL:
            value[i] = _exp_unusual(x[i])
    return value


@compiled
def _log(x: Floats) -> Floats:
    value = np.empty_like(x)
    for i in range(x.size):
        value[i] = _log_usual(x[i])
    for i in range(x.size):
        if not _SMALLEST_NORMAL <= x[i] < _INF:
            value[i] = log_one(x[i])
    return value


@compiled
def _log1p(x: Floats) -> Floats:
    value = np.empty_like(x)
    for i in range(x.size):
        value[i] = log1p_one(x[i])
    return value


@compiled
def _expm1(x: Floats) -> Floats:
    value = np.empty_like(x)
    for i in range(x.size):
        value[i] = expm1_one(x[i])
    return value


def exp(x: ArrayLike) -> Floats:
    """`exp_one` of an array of any shape."""
    array = np.asarray(x, np.float64)
    return _exp(array.ravel()).reshape(array.shape)


def log(x: ArrayLike) -> Floats:
    """`log_one` of an array of any shape."""
    array = np.asarray(x, np.float64)
    return _log(array.ravel()).reshape(array.shape)


def log1p(x: ArrayLike) -> Floats:
    """`log1p_one` of an array of any shape."""
    array = np.asarray(x, np.float64)
    return _log1p(array.ravel()).reshape(array.shape)


def expm1(x: ArrayLike) -> Floats:
    """`expm1_one` of an array of any shape."""
    array = np.asarray(x, np.float64)
    return _expm1(array.ravel()).reshape(array.shape)


def power(x: ArrayLike, exponent: ArrayLike) -> Floats:
    """x^exponent for x > 0, relative error about |exponent log x| ulp."""
    return exp(np.asarray(exponent, np.float64) * log(x))


#: Taylor coefficients of cos in powers of x², highest first, for |x| ≤ π / 2: below 1e-16.
_COSINE = (
    -1.0 / 6402373705728000.0,
    1.0 / 20922789888000.0,
    -1.0 / 87178291200.0,
    1.0 / 479001600.0,
    -1.0 / 3628800.0,
    1.0 / 40320.0,
    -1.0 / 720.0,
    1.0 / 24.0,
    -0.5,
    1.0,
)


def cosine_of_turns(x: ArrayLike) -> Floats:
    """cos(2 π x), absolute error below 1e-15 times the larger of 1 and |x|; inf and nan → nan."""
    turns = np.asarray(x, np.float64)
    with np.errstate(invalid="ignore"):
        half = (turns - np.rint(turns)) * 3.14159265358979323846
        c = polynomial(half * half, _COSINE)
        return 2.0 * c * c - 1.0
