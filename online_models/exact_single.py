"""Exponential and logarithm of one Python float, to the bit those of arrays.

A NumPy call on a single number costs more than all the arithmetic of these functions. Both are the
same IEEE 754 operations in the same order as in `exact_elementary`, which also takes over what lies
outside the usual range.
"""

from __future__ import annotations

from math import frexp, ldexp

from online_models import exact_elementary as arrays
from online_models.exact_elementary import (
    BELOW_NORMAL,
    EXP_COEFFICIENTS,
    EXP_USUAL,
    INVERSE_LN2,
    LN2_HIGH,
    LN2_LOW,
    LOG_EVEN,
    LOG_ODD,
    ROOT_HALF,
)

_E0, _E1, _E2, _E3, _E4 = EXP_COEFFICIENTS
_V0, _V1, _V2 = LOG_EVEN
_O0, _O1, _O2, _O3 = LOG_ODD
_INFINITY = float("inf")


def exp_one(x: float) -> float:
    """e^x.

    >>> exp_one(1.0)
    2.7182818284590455
    """
    if not -EXP_USUAL < x < EXP_USUAL:
        return float(arrays.exp(x))
    whole = round(x * INVERSE_LN2)
    k = float(whole)
    low = k * LN2_LOW
    high = x - k * LN2_HIGH
    r = high - low
    t = r * r
    t = r - t * ((((t * _E0 + _E1) * t + _E2) * t + _E3) * t + _E4)
    return (1.0 - ((low - r * t / (2.0 - t)) - high)) * ldexp(1.0, whole)


def log_one(x: float) -> float:
    """Natural logarithm.

    >>> log_one(10.0)
    2.302585092994046
    """
    if not BELOW_NORMAL < x < _INFINITY:
        return float(arrays.log(x))
    f, k = frexp(x)
    if f < ROOT_HALF:
        f, k = 2.0 * f, k - 1
    f -= 1.0
    s = f / (f + 2.0)
    z = s * s
    w = z * z
    odd = (((w * _O0 + _O1) * w + _O2) * w + _O3) * z
    half_square = 0.5 * f * f
    series = (odd + w * ((w * _V0 + _V1) * w + _V2) + half_square) * s
    return k * LN2_HIGH - ((half_square - (series + k * LN2_LOW)) - f)
