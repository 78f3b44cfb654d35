"""A network assembled of Keras layers; the twin of `head.forward`."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.demand.networks.inputs import Inputs
from online_models.demand.networks.spec import PRICE_FEATURES, WINDOW_CHANNELS, Spec
from online_models.demand.networks.zoo.architecture import (
    CATEGORY_WIDTH,
    ITEM_WIDTH,
    Architecture,
    Hyper,
)
from online_models.demand.networks.zoo.head import LOG_MEAN, LOG_SIZE, OUTPUTS

Floats32 = NDArray[np.float32]

#: Before any evidence: the level as it is, size 2, and elasticity −1.5 (softplus 1.25), with a
#: little more beyond the bends and towards the competitor.
FIRST_BIAS = (0.0, 0.7, 1.25, -1.5, -1.5, -1.05)
#: Share of rows whose item is hidden while training, so that category and text learn to do.
HIDDEN_ITEMS = 0.1


def build(architecture: Architecture, spec: Spec, hyper: Hyper) -> Any:
    """A Keras model from `arrays` of inputs to (log mean, log size), shape (n, 2)."""
    import keras

    layers, ops = keras.layers, keras.ops
    past = keras.Input((spec.lookback, WINDOW_CHANNELS), name="window")
    static = keras.Input((spec.static,), name="static")
    item = keras.Input((), dtype="int32", name="item")
    category = keras.Input((), dtype="int32", name="category")
    known = keras.Input((1,), name="known")
    price = keras.Input((PRICE_FEATURES,), name="price")
    offset = keras.Input((1,), name="offset")
    own = layers.Embedding(spec.items, ITEM_WIDTH, name="item_table")(item)
    own = layers.Dropout(HIDDEN_ITEMS, noise_shape=(None, 1), seed=0, name="hidden_items")(own)
    own = layers.Multiply(name="item_known")([own, known])
    kind = layers.Embedding(spec.categories, CATEGORY_WIDTH, name="category_table")(category)
    rest = layers.Concatenate(name="rest")([static, own, kind])
    features = architecture.build(spec, hyper, past, rest)
    head = layers.Dense(
        OUTPUTS,
        name="head",
        kernel_initializer=keras.initializers.RandomNormal(stddev=0.02, seed=1),
        bias_initializer=keras.initializers.Constant(np.array(FIRST_BIAS, np.float32)),
    )(features)
    steepness = ops.sum(ops.softplus(head[:, 2:]) * price, axis=1, keepdims=True)
    log_mean = ops.clip(offset + head[:, :1] - steepness, *LOG_MEAN)
    log_size = ops.clip(head[:, 1:2], *LOG_SIZE)
    output = layers.Concatenate(name="forecast")([log_mean, log_size])
    inputs = [past, static, item, category, known, price, offset]
    return keras.Model(inputs, output, name=architecture.name)


def arrays(inputs: Inputs) -> list[Any]:
    """Inputs in the order of the Keras model's."""
    return [
        inputs.past,
        inputs.static,
        inputs.item.astype(np.int32),
        inputs.category.astype(np.int32),
        inputs.known[:, None],
        inputs.price,
        inputs.offset[:, None].astype(np.float32),
    ]


#: Names of the embedding layers, which must differ from those of the inputs.
_RENAMED = {
    "item_table/embeddings": "item/embeddings",
    "category_table/embeddings": "category/embeddings",
}


def export(model: Any) -> dict[str, Floats32]:
    """The weights of a Keras model under the names that `head.shapes` gives."""
    found: dict[str, Floats32] = {}
    for layer in model.layers:
        for weight in layer.weights:
            if "seed" in weight.path:
                continue
            name = f"{layer.name}/{weight.path.rsplit('/', 1)[-1]}"
            found[_RENAMED.get(name, name)] = np.array(weight.numpy(), np.float32)
    return found
