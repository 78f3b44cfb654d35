"""Exact ratios of integers that do not fit 64 bits on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import FEW

Ints = NDArray[np.int64]
#: 20 bits at a time: with a denominator below 2^42 every partial product stays below 2^63.
_LIMB = 20
_LIMBS = 3
#: Products below this are exact in 64 bits.
_FITS = 1 << 62


def _divided(amount: Ints, numerator: Any, denominator: Any) -> tuple[Ints, Ints]:
    """(quotient, remainder) of amount × numerator / denominator; where the product does not fit,
    by long division in limbs.
    """
    if amount.size <= FEW and isinstance(numerator, int) and isinstance(denominator, int):
        pairs = [divmod(one * numerator, denominator) for one in amount.tolist()]
        quotients, rests = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        return quotients, rests
    most = numerator if isinstance(numerator, int) else int(numerator.max(initial=0))
    if int(amount.max(initial=0)) * most < _FITS:
        return np.divmod(amount * numerator, denominator)
    whole, part = np.divmod(numerator, denominator)
    quotient, rest = amount * whole, np.zeros_like(amount)
    low = np.zeros_like(amount)
    for limb in range(_LIMBS - 1, -1, -1):
        digit = (amount >> (_LIMB * limb)) & ((1 << _LIMB) - 1)
        q, rest = np.divmod((rest << _LIMB) + digit * part, denominator)
        low = (low << _LIMB) + q
    return quotient + low, rest


def scaled_floor(amount: Ints, numerator: Any, denominator: Any) -> Ints:
    """⌊amount × numerator / denominator⌋, exact; shape (n,).

    `amount` in [0, 2^60), `numerator` ≥ 0 and `denominator` in (0, 2^42) are integers or integer
    arrays; the result must fit 63 bits.

    >>> scaled_floor(np.array([10**14]), 1_050_000, 1_000_000).tolist()
    [105000000000000]
    """
    return _divided(amount, numerator, denominator)[0]


def scaled_ceil(amount: Ints, numerator: Any, denominator: Any) -> Ints:
    """⌈amount × numerator / denominator⌉, exact, under the terms of `scaled_floor`.

    >>> scaled_ceil(np.array([999]), 900_000, 1_000_000).tolist()
    [900]
    """
    quotient, rest = _divided(amount, numerator, denominator)
    return quotient + (rest > 0)


def scaled_round(amount: Ints, numerator: Any, denominator: Any) -> Ints:
    """amount × numerator / denominator to the nearest integer, half to even.

    >>> scaled_round(np.array([999, 1001, 1003]), 500_000, 1_000_000).tolist()
    [500, 500, 502]
    """
    quotient, rest = _divided(amount, numerator, denominator)
    rounded: Ints = quotient + (
        (2 * rest > denominator) | ((2 * rest == denominator) & (quotient % 2 == 1))
    )
    return rounded
