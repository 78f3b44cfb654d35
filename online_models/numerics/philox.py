"""Philox4x32-10, the counter-based generator, in integer NumPy operations over rows.

A draw is a pure function of its key words: nothing is consumed, so the order in which rows are
drawn, and how many are drawn together, changes nothing.

References: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import takewhile

import numpy as np
from numpy.typing import ArrayLike, NDArray

Words = NDArray[np.uint64]

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
_ROUNDS = 10
#: Last counter word of a block that yields output; key words use their position instead.
_OUTPUT = np.uint64(0xFFFFFFFF)


def philox4x32(
    counter: tuple[Words, Words, Words, Words], key: tuple[Words, Words]
) -> tuple[Words, Words, Words, Words]:
    """Ten rounds over 32-bit words held in uint64 arrays; all broadcast together.

    >>> zero = np.zeros(1, np.uint64)
    >>> [f"{int(w[0]):08x}" for w in philox4x32((zero,) * 4, (zero,) * 2)]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        p0 = c0 * _MULTIPLIERS[0]
        p1 = c2 * _MULTIPLIERS[1]
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0 = (k0 + _WEYL[0]) & _LOW
        k1 = (k1 + _WEYL[1]) & _LOW
    return c0, c1, c2, c3


def keyed_bits(words: tuple[ArrayLike, ...], count: int) -> Words:
    """64 random bits per row and draw, shape (n, count), from integer key words.

    Each word is a scalar or shape (n,), int64 or uint64. The words are absorbed one by one into
    the key, each at its own position, so (1, 2) and (2, 1) are unrelated streams. The first
    draws of a longer `count` are those of a shorter one.
    """
    bits_of = [_as_bits(word) for word in words]
    shared = list(takewhile(lambda word: word.ndim == 0, bits_of))
    rows = np.broadcast_arrays(*map(np.atleast_1d, bits_of))
    zero = np.zeros(rows[0].shape, np.uint64)
    common = _absorbed(tuple(map(int, shared)))
    key = np.full_like(zero, common[0]), np.full_like(zero, common[1])
    key = _absorb(key, rows[len(shared) :], len(shared))
    bits = np.empty((len(zero), count), np.uint64)
    for block in range((count + 1) // 2):
        at = np.full_like(zero, block)
        r0, r1, r2, r3 = philox4x32((at, zero, zero, np.full_like(zero, _OUTPUT)), key)
        bits[:, 2 * block] = r0 | (r1 << _HALF)
        if 2 * block + 1 < count:
            bits[:, 2 * block + 1] = r2 | (r3 << _HALF)
    return bits


def _absorb(key: tuple[Words, Words], words: Sequence[Words], first: int) -> tuple[Words, Words]:
    """The key after more words, the first of them at position `first`."""
    for position, word in enumerate(words, first):
        at, zero = np.full_like(word, position), np.zeros_like(word)
        k0, k1, _, _ = philox4x32((word & _LOW, word >> _HALF, at, zero), key)
        key = k0, k1
    return key


@lru_cache(1024)
def _absorbed(words: tuple[int, ...]) -> tuple[int, int]:
    """The key after words that all rows have in common, as a policy's seed: asked for every day."""
    zero = np.zeros(1, np.uint64)
    k0, k1 = _absorb((zero, zero), [np.array([word], np.uint64) for word in words], 0)
    return int(k0[0]), int(k1[0])


def _as_bits(word: ArrayLike) -> Words:
    array = np.asarray(word)
    if array.dtype == np.uint64:
        return array
    return array.astype(np.int64).view(np.uint64)
