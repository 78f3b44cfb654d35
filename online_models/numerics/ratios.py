"""Exact ratios of integers that do not fit 64 bits on the way.

`floor_one` and its kin are of one amount, for compiled rules; `scaled_floor` and its kin are the
same of arrays. `amount` in [0, 2^60), `numerator` ≥ 0 and `denominator` in (0, 2^42) are integers;
the result must fit 63 bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled

Ints = NDArray[np.int64]
#: 20 bits at a time: with a denominator below 2^42 every partial product stays below 2^63.
_LIMB = 20
_LIMBS = 3
#: Products up to this are exact in 64 bits.
_FITS = 1 << 62
_DOWN, _UP, _NEAREST = 0, 1, 2


@compiled
def divided_one(amount: int, numerator: int, denominator: int) -> tuple[int, int]:
    """(quotient, remainder) of amount × numerator / denominator; where the product does not fit,
    by long division in limbs.
    """
    if numerator == 0 or amount <= _FITS // numerator:
        product = amount * numerator
        return product // denominator, product % denominator
    part = numerator % denominator
    low = rest = 0
    for limb in range(_LIMBS - 1, -1, -1):
        digit = (amount >> (_LIMB * limb)) & ((1 << _LIMB) - 1)
        rest = (rest << _LIMB) + digit * part
        low = (low << _LIMB) + rest // denominator
        rest = rest % denominator
    return amount * (numerator // denominator) + low, rest


@compiled
def floor_one(amount: int, numerator: int, denominator: int) -> int:
    """⌊amount × numerator / denominator⌋, exact."""
    return divided_one(amount, numerator, denominator)[0]


@compiled
def ceil_one(amount: int, numerator: int, denominator: int) -> int:
    """⌈amount × numerator / denominator⌉, exact."""
    quotient, rest = divided_one(amount, numerator, denominator)
    return quotient + 1 if rest > 0 else quotient


@compiled
def round_one(amount: int, numerator: int, denominator: int) -> int:
    """amount × numerator / denominator to the nearest integer, half to even."""
    quotient, rest = divided_one(amount, numerator, denominator)
    up = 2 * rest > denominator or (2 * rest == denominator and quotient % 2 == 1)
    return quotient + 1 if up else quotient


@compiled
def _scaled(amount: Ints, numerator: Ints, denominator: Ints, rounding: int) -> Ints:
    """Of amounts (n,) by numerators and denominators of shape (n,) or (1,)."""
    found = np.empty_like(amount)
    for i in range(amount.size):
        above = numerator[i] if numerator.size > 1 else numerator[0]
        below = denominator[i] if denominator.size > 1 else denominator[0]
        if rounding == _DOWN:
            found[i] = floor_one(amount[i], above, below)
        elif rounding == _UP:
            found[i] = ceil_one(amount[i], above, below)
        else:
            found[i] = round_one(amount[i], above, below)
    return found


def scaled_floor(amount: Ints, numerator: Any, denominator: Any) -> Ints:
    """`floor_one` of amounts, (n,), by integers or arrays of them.

    >>> scaled_floor(np.array([10**14]), 1_050_000, 1_000_000).tolist()
    [105000000000000]
    """
    return _scaled(amount, _column(numerator), _column(denominator), _DOWN)


def scaled_ceil(amount: Ints, numerator: Any, denominator: Any) -> Ints:
    """`ceil_one` of amounts, (n,), by integers or arrays of them.

    >>> scaled_ceil(np.array([999]), 900_000, 1_000_000).tolist()
    [900]
    """
    return _scaled(amount, _column(numerator), _column(denominator), _UP)


def scaled_round(amount: Ints, numerator: Any, denominator: Any) -> Ints:
    """`round_one` of amounts, (n,), by integers or arrays of them.

    >>> scaled_round(np.array([999, 1001, 1003]), 500_000, 1_000_000).tolist()
    [500, 500, 502]
    """
    return _scaled(amount, _column(numerator), _column(denominator), _NEAREST)


def _column(numbers: Any) -> Ints:
    return np.array(numbers, np.int64, ndmin=1)
