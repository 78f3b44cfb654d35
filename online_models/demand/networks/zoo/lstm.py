"""A recurrent network: long short-term memory over the window, then a dense layer."""

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


def _shapes(spec: Spec, hyper: Hyper) -> Shapes:
    state, units = hyper["state"], hyper["units"]
    return {
        "recurrent/kernel": (WINDOW_CHANNELS, 4 * state),
        "recurrent/recurrent_kernel": (state, 4 * state),
        "recurrent/bias": (4 * state,),
        "dense_0/kernel": (state + rest_width(spec), units),
        "dense_0/bias": (units,),
    }


def _build(spec: Spec, hyper: Hyper, window: Any, rest: Any) -> Any:  # noqa: ARG001
    import keras

    state = keras.layers.LSTM(hyper["state"], name="recurrent")(window)
    x = keras.layers.Concatenate(name="joined")([state, rest])
    x = keras.layers.Dense(hyper["units"], activation="relu", name="dense_0")(x)
    return keras.layers.Dropout(hyper["dropout"], name="dropout_0", seed=0)(x)


def _forward(weights: Weights, columns: TrunkInputs, hyper: Hyper) -> Floats32:  # noqa: ARG001
    state = layers.lstm(
        columns.window,
        weights["recurrent/kernel"],
        weights["recurrent/recurrent_kernel"],
        weights["recurrent/bias"],
    )
    joined = np.concatenate([state, columns.rest])
    return layers.relu(layers.dense(joined, weights["dense_0/kernel"], weights["dense_0/bias"]))


LSTM = Architecture(
    name="lstm",
    space={
        "state": (12, 8, 16),
        "units": (32, 24),
        "dropout": (0.1, 0.0, 0.25),
        "rate": (4e-3, 2e-3, 8e-3),
    },
    width=lambda hyper: int(hyper["units"]),
    shapes=_shapes,
    build=_build,
    forward=_forward,
)
