"""A 1-D convolutional network: two convolutions over the past windows, then dense layers.

References: Borovykh, Bohte, Oosterlee, "Conditional time series forecasting with convolutional
neural networks", 2017.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.demand.networks import exact_layers as layers
from online_models.demand.networks.spec import WINDOW_CHANNELS, Spec
from online_models.demand.networks.zoo.architecture import (
    Architecture,
    Floats32,
    Hyper,
    Shapes,
    TrunkInputs,
    Weights,
    rest_width,
)

#: Windows that a filter of the second layer sees apart: a week of days.
_STRIDE_WIDTH = 7


def _shapes(spec: Spec, hyper: Hyper) -> Shapes:
    filters, units = hyper["filters"], hyper["units"]
    steps = spec.lookback - hyper["kernel"] + 1
    pooled = steps // _pool(steps)
    return {
        "convolution/kernel": (hyper["kernel"], WINDOW_CHANNELS, filters),
        "convolution/bias": (filters,),
        "dense_0/kernel": (pooled * filters + rest_width(spec), units),
        "dense_0/bias": (units,),
        "dense_1/kernel": (units, units),
        "dense_1/bias": (units,),
    }


def _pool(steps: int) -> int:
    """Steps that are averaged into one."""
    return max(1, steps // _STRIDE_WIDTH)


def _build(spec: Spec, hyper: Hyper, past: Any, rest: Any) -> Any:
    import keras

    x = keras.layers.Conv1D(
        hyper["filters"], hyper["kernel"], activation="relu", name="convolution"
    )(past)
    pool = _pool(spec.lookback - hyper["kernel"] + 1)
    x = keras.layers.AveragePooling1D(pool, padding="valid", name="pooled")(x)
    x = keras.layers.Concatenate(name="joined")([keras.layers.Flatten(name="past")(x), rest])
    for i in range(2):
        x = keras.layers.Dense(hyper["units"], activation="relu", name=f"dense_{i}")(x)
        x = keras.layers.Dropout(hyper["dropout"], name=f"dropout_{i}", seed=i)(x)
    return x


def _forward(weights: Weights, columns: TrunkInputs, hyper: Hyper) -> Floats32:  # noqa: ARG001
    x = layers.relu(
        layers.convolve(columns.past, weights["convolution/kernel"], weights["convolution/bias"])
    )
    pool = _pool(len(x))
    steps = len(x) // pool
    mean = x[: steps * pool : pool].copy()
    for i in range(1, pool):
        mean += x[i : steps * pool : pool]
    mean /= np.float32(pool)
    joined = np.concatenate([mean.reshape(-1, x.shape[2]), columns.rest])
    for i in range(2):
        kernel, bias = weights[f"dense_{i}/kernel"], weights[f"dense_{i}/bias"]
        joined = layers.relu(layers.dense(joined, kernel, bias))
    return joined


CNN = Architecture(
    name="cnn",
    space={
        "filters": (12, 8, 16),
        "kernel": (7, 3, 5),
        "units": (32, 24),
        "dropout": (0.25, 0.1, 0.4),
        "rate": (2e-3, 1e-3, 5e-3),
    },
    width=lambda hyper: int(hyper["units"]),
    shapes=_shapes,
    build=_build,
    forward=_forward,
)
