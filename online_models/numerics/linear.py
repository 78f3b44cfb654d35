"""Linear algebra that is byte-identical on every CPU: exact Gram matrices, Cholesky in loops."""

from __future__ import annotations

from math import prod, sqrt

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled
from online_models.numerics.special import exp

Floats = NDArray[np.float64]

#: Bits kept of each column, and rows summed at once: 2 · 18 + 16 = 52 bits fit a float64 exactly.
_BITS = 18
_ROWS = 1 << 16
#: Scores that lie further below the best count as this far: e to it is 0 beside 1, and yet usual.
_FAR_BELOW = -690.0
#: What stands for a pivot that is not positive.
_LEAST_PIVOT = 1e-12


def gram(columns: Floats) -> Floats:
    """Inner products of rows of `columns`, shape (k, n) → (k, k), to 18 bits of each row's largest.

    Each row is rounded to integers of at most 18 bits times a power of two. All products and
    sums are then integers below 2^53, so BLAS cannot round, whatever its order of summation, and
    its speed comes at no price. Values must be finite.

    >>> gram(np.array([[1.0, 2.0], [0.5, -1.0]])).tolist()
    [[5.0, -1.5], [-1.5, 1.25]]
    """
    return inner(columns, columns)


def inner(left: Floats, right: Floats) -> Floats:
    """Inner products of the rows of both, (…, k, n) and (…, m, n) → (…, k, m), as in `gram`."""
    n = left.shape[-1]
    product = np.zeros((*left.shape[:-1], right.shape[-2]))
    if n == 0:
        return product
    rows, row_unit = _integers(left)
    columns, column_unit = (rows, row_unit) if right is left else _integers(right)
    for first in range(0, n, _ROWS):
        part = rows[..., first : first + _ROWS]
        product += part @ np.swapaxes(columns[..., first : first + _ROWS], -1, -2)
    product *= row_unit[..., None]
    product *= column_unit[..., None, :]
    return product


def _integers(rows: Floats) -> tuple[Floats, Floats]:
    """Rows as whole numbers of at most 18 bits, and the unit of each."""
    largest = np.maximum(np.maximum(rows.max(axis=-1), -rows.min(axis=-1)), 1e-280)
    _, exponent = np.frexp(largest)
    integers = rows * np.ldexp(1.0, (_BITS - exponent).astype(np.int64))[..., None]
    np.rint(integers, out=integers)
    return integers, np.ldexp(1.0, (exponent - _BITS).astype(np.int64))


def solve(matrix: Floats, right: Floats) -> Floats:
    """x with A x = b for symmetric positive definite A (…, k, k) and b (…, k), by Cholesky.

    Leading axes are a batch. A pivot that is not positive is replaced by a tiny one.
    """
    k = right.shape[-1]
    both = cholesky(np.concatenate([matrix, right[..., None, :]], axis=-2))
    return backward(both[..., :k, :], both[..., k, :, None])[..., 0]


def cholesky(matrix: Floats) -> Floats:
    """Lower factor L with L Lᵀ = A, (…, k, k); what lies above its diagonal is not zeroed.

    Rows bᵀ below A become (L⁻¹ b)ᵀ. Leading axes are a batch. A pivot that is not positive is
    replaced by a tiny one.
    """
    lower = matrix.copy()
    _factorise(_batch(lower))
    return lower


def forward(lower: Floats, right: Floats) -> Floats:
    """x with L x = b, L (…, k, k) and b (…, k, m)."""
    x = right.copy()
    _forward(_batch(np.ascontiguousarray(lower)), _batch(x))
    return x


def backward(lower: Floats, right: Floats) -> Floats:
    """x with Lᵀ x = b, L (…, k, k) and b (…, k, m)."""
    x = right.copy()
    _backward(_batch(np.ascontiguousarray(lower)), _batch(x))
    return x


def _batch(matrices: Floats) -> Floats:
    """The leading axes as one, without a copy."""
    return matrices.reshape(prod(matrices.shape[:-2]), *matrices.shape[-2:])


@compiled
def _factorise(lower: Floats) -> None:
    batch, rows, size = lower.shape
    for b in range(batch):
        for j in range(size):
            pivot = lower[b, j, j]
            # what is no number stays that
            if pivot < _LEAST_PIVOT:
                pivot = _LEAST_PIVOT
            pivot = sqrt(pivot)
            lower[b, j, j] = pivot
            for i in range(j + 1, rows):
                lower[b, i, j] /= pivot
            for i in range(j + 1, rows):
                for k in range(j + 1, size):
                    lower[b, i, k] -= lower[b, i, j] * lower[b, k, j]


@compiled
def _forward(lower: Floats, x: Floats) -> None:
    batch, size, width = x.shape
    for b in range(batch):
        for j in range(size):
            for m in range(width):
                x[b, j, m] /= lower[b, j, j]
            for i in range(j + 1, size):
                for m in range(width):
                    x[b, i, m] -= lower[b, i, j] * x[b, j, m]


@compiled
def _backward(lower: Floats, x: Floats) -> None:
    batch, size, width = x.shape
    for b in range(batch):
        for j in range(size - 1, -1, -1):
            for m in range(width):
                x[b, j, m] /= lower[b, j, j]
            for i in range(j):
                for m in range(width):
                    x[b, i, m] -= lower[b, j, i] * x[b, j, m]


def weighted_columns(weights: Floats, columns: Floats) -> Floats:
    """Σ_k weights[k] · columns[k], the columns added in order: (k,), (k, n) → (n,)."""
    value: Floats = weights[0] * columns[0]
    for k in range(1, len(weights)):
        value += weights[k] * columns[k]
    return value


def row_largest(values: Floats) -> Floats:
    """Maximum along the last axis, (…, k) → (…); `np.max` is ten times slower on short rows."""
    best = values[..., 0].copy()
    for k in range(1, values.shape[-1]):
        np.maximum(best, values[..., k], out=best)
    return best


def softmax(scores: Floats) -> Floats:
    """Normalised exponentials along the last axis, summed in order; all are positive."""
    below = scores - row_largest(scores)[..., None]
    values = exp(np.maximum(below, _FAR_BELOW, out=below))
    whole = values[..., 0].copy()
    for k in range(1, values.shape[-1]):
        whole += values[..., k]
    return values / whole[..., None]
