"""Layers pre-trained as restricted Boltzmann machines by contrastive divergence, in TensorFlow."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]

BATCH = 256
EPOCHS = 2
RATE = 0.05
#: Rows are enough to shape a layer; the fine-tuning sees them all.
MOST_ROWS = 20_000
WEIGHT_DECAY = 1e-4


def pretrain(model: Any, prefix: str, inputs: Any, seed: int) -> None:
    """Prepare the dense layers so named, greedily, each on what the layers below it say.

    The first one reads the layer `visible` of the Keras `model`, whose units are probabilities.
    """
    import keras

    below = keras.Model(model.inputs, model.get_layer("visible").output)
    visible = below.predict(inputs, batch_size=4096, verbose=0)
    for i, layer in enumerate(each for each in model.layers if each.name.startswith(prefix)):
        kernel, bias = contrastive_divergence(visible, int(layer.units), seed + i)
        layer.set_weights([kernel, bias])
        visible = layer(visible).numpy()


def contrastive_divergence(visible: Floats32, hidden: int, seed: int) -> tuple[Floats32, Floats32]:
    """Weights (v, hidden) and hidden biases of a machine whose visible units (n, v) are in [0, 1].

    One Gibbs step (CD-1) per batch. References: Hinton, "Training products of experts by minimizing
    contrastive divergence", Neural Computation 14 (2002).
    """
    import tensorflow as tf

    shuffle = np.random.default_rng(seed)
    rows = shuffle.permutation(len(visible))[:MOST_ROWS]
    width = visible.shape[1]
    kernel = tf.Variable(shuffle.normal(0.0, 0.05, (width, hidden)).astype(np.float32))
    below = tf.Variable(np.zeros(width, np.float32))
    above = tf.Variable(np.zeros(hidden, np.float32))
    random = tf.random.Generator.from_seed(seed)

    def one_step(batch: Any) -> None:
        probability = tf.sigmoid(batch @ kernel + above)
        state = tf.cast(random.uniform(tf.shape(probability)) < probability, tf.float32)
        dream = tf.sigmoid(tf.matmul(state, kernel, transpose_b=True) + below)
        again = tf.sigmoid(dream @ kernel + above)
        count = tf.cast(tf.shape(batch)[0], tf.float32)
        positive = tf.matmul(batch, probability, transpose_a=True)
        negative = tf.matmul(dream, again, transpose_a=True)
        kernel.assign_add(RATE * ((positive - negative) / count - WEIGHT_DECAY * kernel))
        below.assign_add(RATE * tf.reduce_mean(batch - dream, axis=0))
        above.assign_add(RATE * tf.reduce_mean(probability - again, axis=0))

    step = tf.function(one_step)
    for _ in range(EPOCHS):
        order = shuffle.permutation(rows)
        for low in range(0, len(order) - BATCH + 1, BATCH):
            step(tf.constant(visible[order[low : low + BATCH]]))
    return kernel.numpy(), above.numpy()
