"""A deep belief network: logistic layers, each pre-trained as a restricted Boltzmann machine.

References: Hinton, Osindero, Teh, "A fast learning algorithm for deep belief nets", Neural
Computation 18 (2006); Hinton, "A practical guide to training restricted Boltzmann machines", 2010.
"""

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
    # visible units are probabilities
    x = keras.layers.Activation("sigmoid", name="visible")(x)
    for i, units in enumerate(hyper["units"]):
        x = keras.layers.Dense(units, activation="sigmoid", name=f"belief_{i}")(x)
    return x


def _forward(weights: Weights, columns: TrunkInputs, hyper: Hyper) -> Floats32:
    flat = columns.past.reshape(-1, columns.past.shape[2])
    x = layers.sigmoid(np.concatenate([flat, columns.rest]))
    for i in range(len(hyper["units"])):
        kernel, bias = weights[f"belief_{i}/kernel"], weights[f"belief_{i}/bias"]
        x = layers.sigmoid(layers.dense(x, kernel, bias))
    return x


BELIEF = Architecture(
    name="belief",
    space={
        "units": ((48, 24), (32, 16), (64, 32)),
        "rate": (1e-2, 5e-3, 2e-2),
    },
    width=lambda hyper: int(hyper["units"][-1]),
    shapes=partial(stacked, "belief"),
    build=_build,
    forward=_forward,
    pretrained="belief",
)
