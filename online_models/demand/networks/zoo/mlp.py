"""A multilayer perceptron over the flattened past and everything else."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from online_models.demand.networks import exact_layers as layers
from online_models.demand.networks.spec import Spec
from online_models.demand.networks.zoo.architecture import (
    Architecture,
    Floats32,
    Hyper,
    TrunkInputs,
    Weights,
    stacked,
)


def _build(spec: Spec, hyper: Hyper, past: Any, rest: Any) -> Any:  # noqa: ARG001
    import keras

    x = keras.layers.Concatenate(name="joined")([keras.layers.Flatten(name="past")(past), rest])
    for i, units in enumerate(hyper["units"]):
        x = keras.layers.Dense(units, activation="relu", name=f"dense_{i}")(x)
        x = keras.layers.Dropout(hyper["dropout"], name=f"dropout_{i}", seed=i)(x)
    return x


def _forward(weights: Weights, columns: TrunkInputs, hyper: Hyper) -> Floats32:
    flat = columns.past.reshape(-1, columns.past.shape[2])
    x = np.concatenate([flat, columns.rest])
    for i in range(len(hyper["units"])):
        kernel, bias = weights[f"dense_{i}/kernel"], weights[f"dense_{i}/bias"]
        x = layers.relu(layers.dense(x, kernel, bias))
    return x


MLP = Architecture(
    name="mlp",
    space={
        "units": ((48, 32), (32, 16), (64, 32), (32,)),
        "dropout": (0.25, 0.1, 0.4),
        "rate": (2e-3, 1e-3, 5e-3),
    },
    width=lambda hyper: int(hyper["units"][-1]),
    shapes=partial(stacked, "dense"),
    build=_build,
    forward=_forward,
)
