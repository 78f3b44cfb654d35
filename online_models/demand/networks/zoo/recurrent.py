"""A recurrent network: one layer over the past windows, then a dense layer. The layers differ in
their gates, and in what Keras builds and the exact arithmetic computes of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

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


class ExactLayer(Protocol):
    """The last state of a layer over the past windows, in exact arithmetic."""

    def __call__(
        self, past: Any, kernel: Floats32, recurrent_kernel: Floats32, bias: Floats32, /
    ) -> Floats32:
        """State, (state,)."""


def recurrent(
    name: str,
    gates: int,
    bias: Callable[[int], tuple[int, ...]],
    keras_layer: Callable[[int], Any],
    exact: ExactLayer,
) -> Architecture:
    """The architecture of a layer with so many gates; `bias` is the shape of its bias by the width
    of all gates, `keras_layer` builds it, named "recurrent", by the width of its state.
    """

    def shapes(spec: Spec, hyper: Hyper) -> Shapes:
        state, units = hyper["state"], hyper["units"]
        return {
            "recurrent/kernel": (WINDOW_CHANNELS, gates * state),
            "recurrent/recurrent_kernel": (state, gates * state),
            "recurrent/bias": bias(gates * state),
            "dense_0/kernel": (state + rest_width(spec), units),
            "dense_0/bias": (units,),
        }

    def build(spec: Spec, hyper: Hyper, past: Any, rest: Any) -> Any:  # noqa: ARG001
        import keras

        state = keras_layer(hyper["state"])(past)
        x = keras.layers.Concatenate(name="joined")([state, rest])
        x = keras.layers.Dense(hyper["units"], activation="relu", name="dense_0")(x)
        return keras.layers.Dropout(hyper["dropout"], name="dropout_0", seed=0)(x)

    def forward(weights: Weights, columns: TrunkInputs, hyper: Hyper) -> Floats32:  # noqa: ARG001
        state = exact(
            columns.past,
            weights["recurrent/kernel"],
            weights["recurrent/recurrent_kernel"],
            weights["recurrent/bias"],
        )
        joined = np.concatenate([state, columns.rest])
        return layers.relu(layers.dense(joined, weights["dense_0/kernel"], weights["dense_0/bias"]))

    return Architecture(
        name=name,
        space={
            "state": (12, 8, 16),
            "units": (32, 24),
            "dropout": (0.1, 0.0, 0.25),
            "rate": (4e-3, 2e-3, 8e-3),
        },
        width=lambda hyper: int(hyper["units"]),
        shapes=shapes,
        build=build,
        forward=forward,
    )
