"""Layers of a network in float32, byte-identical on every CPU.

Activations are feature-major, shape (features, rows), so that a matrix product is one elementwise
multiply and one elementwise add per input feature, in the order of the features: no BLAS, no fused
multiply-add, no pairwise sum. That is about 0.5 ns per multiply-add and row.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]

_ONE = np.float32(1.0)
_HALF = np.float32(0.5)
#: tanh is ±1 in float32 beyond this; the rational function below is fitted within.
_TANH_END = np.float32(7.90531110763549805)
_TANH_ODD = (
    -2.76076847742355e-16,
    2.00018790482477e-13,
    -8.60467152213735e-11,
    5.12229709037114e-08,
    1.48572235717979e-05,
    6.37261928875436e-04,
    4.89352455891786e-03,
)
_TANH_EVEN = (
    1.19825839466702e-06,
    1.18534705686654e-04,
    2.26843463243900e-03,
    4.89352518554385e-03,
)


def dense(x: Floats32, kernel: Floats32, bias: Floats32) -> Floats32:
    """x (k, n), kernel (k, m), bias (m,) → (m, n)."""
    out = np.empty((kernel.shape[1], x.shape[1]), np.float32)
    out[:] = bias[:, None]
    accumulate(out, x, kernel)
    return out


def accumulate(out: Floats32, x: Floats32, kernel: Floats32) -> None:
    """Add the product of kernel (k, m) and x (k, n) to `out` (m, n)."""
    product = np.empty_like(out)
    for column, feature in zip(kernel[:, :, None], x[:, None, :], strict=True):
        np.multiply(column, feature, out=product)
        np.add(out, product, out=out)


def convolve(x: Floats32, kernel: Floats32, bias: Floats32) -> Floats32:
    """Valid 1-D convolution over time: x (t, c, n), kernel (w, c, m) → (t − w + 1, m, n)."""
    width, channels, filters = kernel.shape
    steps = x.shape[0] - width + 1
    out = np.empty((steps, filters, x.shape[2]), np.float32)
    out[:] = bias[:, None]
    product = np.empty_like(out)
    for lag in range(width):
        for channel in range(channels):
            seen = x[lag : lag + steps, channel][:, None, :]
            np.multiply(kernel[lag, channel][:, None], seen, out=product)
            np.add(out, product, out=out)
    return out


def relu(x: Floats32) -> Floats32:
    """max(x, 0)."""
    return np.maximum(x, np.float32(0.0))


def tanh(x: Floats32) -> Floats32:
    """Hyperbolic tangent within 4e-7.

    References: the rational function of Eigen (`generic_fast_tanh_float`).
    """
    x = np.minimum(np.maximum(x, -_TANH_END), _TANH_END)
    square = x * x
    odd = _horner(square, _TANH_ODD)
    odd *= x
    odd /= _horner(square, _TANH_EVEN)
    return odd


def sigmoid(x: Floats32) -> Floats32:
    """1 / (1 + e^−x), within 4e-7."""
    return tanh(x * _HALF) * _HALF + _HALF


def gru(x: Floats32, kernel: Floats32, recurrent: Floats32, bias: Floats32) -> Floats32:
    """The last state of a gated recurrent unit (reset after the product, as Keras has it).

    x (t, c, n), kernel (c, 3m), recurrent (m, 3m), bias (2, 3m) → (m, n).

    References: Cho et al., "Learning phrase representations using RNN encoder–decoder", 2014.
    """
    units = recurrent.shape[0]
    state = np.zeros((units, x.shape[2]), np.float32)
    for step in x:
        seen = dense(step, kernel, bias[0])
        past = dense(state, recurrent, bias[1])
        gates = sigmoid(seen[: 2 * units] + past[: 2 * units])
        update, reset = gates[:units], gates[units:]
        proposal = tanh(seen[2 * units :] + reset * past[2 * units :])
        state = update * state + (_ONE - update) * proposal
    return state


def lstm(x: Floats32, kernel: Floats32, recurrent: Floats32, bias: Floats32) -> Floats32:
    """The last output of a long short-term memory; gates in Keras's order: input, forget, proposal,
    output.

    x (t, c, n), kernel (c, 4m), recurrent (m, 4m), bias (4m,) → (m, n).

    References: Hochreiter, Schmidhuber, "Long short-term memory", Neural Computation 9 (1997); the
    forget gate: Gers, Schmidhuber, Cummins, Neural Computation 12 (2000).
    """
    units = recurrent.shape[0]
    output = np.zeros((units, x.shape[2]), np.float32)
    memory = np.zeros_like(output)
    for step in x:
        seen = dense(step, kernel, bias)
        accumulate(seen, output, recurrent)
        gates = sigmoid(seen)
        proposal = tanh(seen[2 * units : 3 * units])
        memory = gates[units : 2 * units] * memory + gates[:units] * proposal
        output = gates[3 * units :] * tanh(memory)
    return output


def _horner(x: Floats32, coefficients: tuple[float, ...]) -> Floats32:
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value *= x
        value += np.float32(coefficient)
    return value
