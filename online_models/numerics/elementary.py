"""Exponential and logarithm from IEEE 754 basic operations alone: the ground of `exact_math`.

Of arrays, and of plain numbers to the same bit: a NumPy call on a single number costs more than all
the arithmetic of these functions.

References: fdlibm (Sun Microsystems, 1993), whose reductions and polynomials these are.
"""

from __future__ import annotations

from collections.abc import Callable
from math import frexp, ldexp

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
_E0, _E1, _E2, _E3, _E4 = _EXP
_V0, _V1, _V2 = _LOG_EVEN
_O0, _O1, _O2, _O3 = _LOG_ODD
#: Bits of 1.0 and of sqrt(1/2): adding their gap before the shift puts a mantissa above sqrt(2)
#: into the next binade, so that the reduced argument lies in [sqrt(1/2), sqrt(2)).
_ONE_BITS = 0x3FF0000000000000
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD
#: The number with those bits.
_ROOT_HALF = 0.7071067811865476
_MANTISSA = 0x000FFFFFFFFFFFFF
_SMALLEST_NORMAL = 2.2250738585072014e-308
_BELOW_NORMAL = 2.225073858507201e-308
#: Up to here neither the power of two nor the result leaves the normal range.
_EXP_USUAL = 700.0


#: Without the wrapper of the methods, which costs a small array as much again.
_minimum, _maximum = np.minimum.reduce, np.maximum.reduce
#: Elements worked on at once: enough that a call costs little beside its work, few enough that a
#: function's scratch arrays stay in the second-level cache.
_BLOCK = 12_288
#: Up to so many, plain numbers are quicker one by one.
_NUMBERS = 16


def polynomial(x: Floats, coefficients: tuple[float, ...]) -> Floats:
    """Horner's scheme, highest power first."""
    value = x * coefficients[0]
    value += coefficients[1]
    for coefficient in coefficients[2:]:
        value *= x
        value += coefficient
    return value


def _blockwise(
    x: ArrayLike, block: Callable[[Floats], Floats], one: Callable[[float], float]
) -> Floats:
    """Apply an elementwise function block by block; the result has the shape of `x`.

    `one` is the same function of a plain number.
    """
    array = np.asarray(x, np.float64)
    flat = array.reshape(-1)
    if flat.size <= _NUMBERS:
        return np.array([one(value) for value in flat.tolist()], np.float64).reshape(array.shape)
    if flat.size <= _BLOCK:
        return block(flat).reshape(array.shape)
    out = np.empty(flat.size)
    for first in range(0, flat.size, _BLOCK):
        out[first : first + _BLOCK] = block(flat[first : first + _BLOCK])
    return out.reshape(array.shape)


def _within(x: Floats, low: float, high: float) -> bool:
    """Whether all lie strictly between; NaN does not. Two reductions make no array."""
    return x.size == 0 or bool(_minimum(x) > low and _maximum(x) < high)


def _reduced_exp(r: Floats) -> tuple[Floats, Floats]:
    """(r, c) → exp(r) = 1 + r + r c / (2 − c) for |r| ≤ ln 2 / 2."""
    t = r * r
    t = r - t * polynomial(t, _EXP)
    return r * t, 2.0 - t


def exp(x: ArrayLike) -> Floats:
    """e^x within 1 ulp (2 where the result is subnormal); 0 and inf past the ends; nan stays."""
    return _blockwise(x, _exp, exp_one)


def _exp(x: Floats) -> Floats:
    if _within(x, -_EXP_USUAL, _EXP_USUAL):
        return _exp_usual(x)
    usual = np.abs(x) < _EXP_USUAL
    value = _exp_usual(np.where(usual, x, 0.0))
    rest = np.flatnonzero(~usual)
    value[rest] = _exp_unusual(x[rest])
    return value


def _exp_usual(x: Floats) -> Floats:
    k = np.rint(x * _INVERSE_LN2)
    low = k * _LN2_LOW
    high = k * _LN2_HIGH
    np.subtract(x, high, out=high)
    rc, divisor = _reduced_exp(high - low)
    rc /= divisor
    low -= rc
    low -= high
    np.subtract(1.0, low, out=low)
    power = k.astype(np.int64)
    power += 1023
    power <<= 52
    low *= power.view(np.float64)
    return low


def _exp_unusual(x: Floats) -> Floats:
    """Where the result is inf, 0, nan, subnormal or close to it."""
    inside = (x <= _EXP_OVERFLOW) & (x >= _EXP_UNDERFLOW)
    bounded = np.where(inside, x, 0.0)
    # e^x = (e^(x/2))² would double the error; a shift by whole powers of two does not.
    k = np.rint(bounded * _INVERSE_LN2)
    shift = np.where(k > 0.0, 256.0, -256.0) * (np.abs(k) > 256.0)
    low = (k - shift) * _LN2_LOW
    high = (bounded - shift * _LN2_HIGH) - (k - shift) * _LN2_HIGH
    low = low + shift * _LN2_LOW
    rc, divisor = _reduced_exp(high - low)
    value = 1.0 - ((low - rc / divisor) - high)
    whole = k.astype(np.int64)
    half = whole >> 1
    # Two factors, since 2^k alone leaves the normal range where the product may not.
    value *= ((half + 1023) << 52).view(np.float64)
    value *= ((whole - half + 1023) << 52).view(np.float64)
    value = np.where(x > _EXP_OVERFLOW, np.inf, value)
    value = np.where(x < _EXP_UNDERFLOW, 0.0, value)
    return np.where(np.isnan(x), np.nan, value)


def exp_one(x: float) -> float:
    """e^x.

    >>> exp_one(1.0)
    2.7182818284590455
    """
    if not -_EXP_USUAL < x < _EXP_USUAL:
        return float(_exp_unusual(np.array([x]))[0])
    whole = round(x * _INVERSE_LN2)
    k = float(whole)
    low = k * _LN2_LOW
    high = x - k * _LN2_HIGH
    r = high - low
    t = r * r
    t = r - t * ((((t * _E0 + _E1) * t + _E2) * t + _E3) * t + _E4)
    return (1.0 - ((low - r * t / (2.0 - t)) - high)) * ldexp(1.0, whole)


def log(x: ArrayLike) -> Floats:
    """Natural logarithm within 1 ulp, subnormals included; log 0 = −inf, negative → nan."""
    return _blockwise(x, _log, log_one)


def _log(x: Floats) -> Floats:
    value = _log_usual(x)
    if not _within(x, _BELOW_NORMAL, np.inf):
        rest = np.flatnonzero(~((x > _BELOW_NORMAL) & (x < np.inf)))
        value[rest] = _log_unusual(x[rest])
    return value


def _log_usual(x: Floats) -> Floats:
    bits = x.view(np.int64) + (_ONE_BITS - _ROOT_HALF_BITS)
    k = (bits >> 52).astype(np.float64)
    k -= 1023.0
    bits &= _MANTISSA
    bits += _ROOT_HALF_BITS
    f = bits.view(np.float64)
    f -= 1.0
    s = f + 2.0
    np.divide(f, s, out=s)
    z = s * s
    w = z * z
    series = polynomial(w, _LOG_ODD)
    series *= z
    w *= polynomial(w, _LOG_EVEN)
    series += w
    half_square = 0.5 * f
    half_square *= f
    series += half_square
    series *= s
    series += k * _LN2_LOW
    half_square -= series
    half_square -= f
    k *= _LN2_HIGH
    k -= half_square
    return k


def _log_unusual(x: Floats) -> Floats:
    """Where the argument is 0, subnormal, inf, nan or negative."""
    subnormal = (x > 0.0) & (x < _SMALLEST_NORMAL)
    scaled = np.where(subnormal, x, _SMALLEST_NORMAL) * 2.0**54
    value = _log_usual(scaled) - 54.0 * (_LN2_HIGH + _LN2_LOW)
    value = np.where(x == 0.0, -np.inf, np.where(subnormal, value, np.nan))
    return np.where(x == np.inf, np.inf, value)


def log_one(x: float) -> float:
    """Natural logarithm.

    >>> log_one(10.0)
    2.302585092994046
    """
    if not _BELOW_NORMAL < x < np.inf:
        return float(_log_unusual(np.array([x]))[0])
    f, k = frexp(x)
    if f < _ROOT_HALF:
        f, k = 2.0 * f, k - 1
    f -= 1.0
    s = f / (f + 2.0)
    z = s * s
    w = z * z
    odd = (((w * _O0 + _O1) * w + _O2) * w + _O3) * z
    half_square = 0.5 * f * f
    series = (odd + w * ((w * _V0 + _V1) * w + _V2) + half_square) * s
    return k * _LN2_HIGH - ((half_square - (series + k * _LN2_LOW)) - f)


def log1p(x: ArrayLike) -> Floats:
    """log(1 + x) within 2 ulp, also where x is tiny."""
    x = np.asarray(x, np.float64)
    with np.errstate(all="ignore"):
        u = 1.0 + x
        value = log(u)
        return np.where((u > 0.0) & (u < np.inf), value + (x - (u - 1.0)) / u, value)


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
