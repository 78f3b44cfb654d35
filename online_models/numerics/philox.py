"""Philox4x32-10, the counter-based generator, compiled: a row after the other.

A draw is a pure function of its key words: nothing is consumed, so the order in which rows are
drawn, and how many are drawn together, changes nothing.

References: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from online_models.numerics.compiled import compiled

Words = NDArray[np.uint64]

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MULTIPLIER_0, _MULTIPLIER_1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_WEYL_0, _WEYL_1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_ROUNDS = 10
_ZERO = np.uint64(0)
#: Last counter word of a block that yields output; key words use their position instead.
_OUTPUT = np.uint64(0xFFFFFFFF)


@compiled
def philox4x32(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Ten rounds over a counter and a key of 32-bit words.

    >>> [f"{int(word):08x}" for word in philox4x32(*[np.uint64(0)] * 6)]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    for _ in range(_ROUNDS):
        p0 = c0 * _MULTIPLIER_0
        p1 = c2 * _MULTIPLIER_1
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0 = (k0 + _WEYL_0) & _LOW
        k1 = (k1 + _WEYL_1) & _LOW
    return c0, c1, c2, c3


def keyed_bits(words: tuple[ArrayLike, ...], count: int) -> Words:
    """64 random bits per row and draw, shape (n, count), from integer key words.

    Each word is a scalar or shape (n,), int64 or uint64. The words are absorbed one by one into
    the key, each at its own position, so (1, 2) and (2, 1) are unrelated streams. The first
    draws of a longer `count` are those of a shorter one.
    """
    return _bits(np.stack(np.broadcast_arrays(*map(_as_bits, words))), count)


@compiled
def _bits(words: Words, count: int) -> Words:
    """The same of (words, n)."""
    bits = np.empty((words.shape[1], count), np.uint64)
    for i in range(words.shape[1]):
        k0, k1 = _ZERO, _ZERO
        for position in range(words.shape[0]):
            word = words[position, i]
            k0, k1, _, _ = philox4x32(
                word & _LOW, word >> _HALF, np.uint64(position), _ZERO, k0, k1
            )
        for block in range((count + 1) // 2):
            r0, r1, r2, r3 = philox4x32(np.uint64(block), _ZERO, _ZERO, _OUTPUT, k0, k1)
            bits[i, 2 * block] = r0 | (r1 << _HALF)
            if 2 * block + 1 < count:
                bits[i, 2 * block + 1] = r2 | (r3 << _HALF)
    return bits


def _as_bits(word: ArrayLike) -> Words:
    """Words of at least one row as bits."""
    array = np.atleast_1d(np.asarray(word))
    if array.dtype == np.uint64:
        return array
    return array.astype(np.int64).view(np.uint64)
