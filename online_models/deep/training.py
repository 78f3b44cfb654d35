"""Training a network in TensorFlow; the trainer's process alone calls it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from online_models.deep import split
from online_models.deep.dataset import Dataset
from online_models.deep.levels import SURPRISE
from online_models.deep.likelihood import negative_binomial_loss
from online_models.deep.network import Network
from online_models.deep.zoo import network as keras_network
from online_models.deep.zoo.architecture import Architecture, Hyper

BATCH = 512
EPOCHS = 12
#: Epochs without progress on the latest part of the training data, after which training ends.
PATIENCE = 2
#: That part: the last of the training's time.
VALIDATION = 0.15


@dataclass(frozen=True, slots=True)
class Fit:
    """A trained network, its Keras twin, and the losses of its epochs."""

    network: Network
    model: Any
    losses: list[float]
    validation: list[float]


def fit(
    architecture: Architecture,
    hyper: Hyper,
    data: Dataset,
    seed: int = 0,
    epochs: int = EPOCHS,
    callbacks: Sequence[Any] = (),
) -> Fit:
    """Train on `data`, stopping early by its last `VALIDATION` of time.

    The same seed on the same machine gives the same weights.
    """
    import keras

    keras.utils.set_random_seed(seed)
    train, held = split.at(data.end, VALIDATION)
    model = keras_network.build(architecture, data.spec, hyper)
    if architecture.pretrain is not None:
        inputs = keras_network.arrays(data.take(train).inputs)
        architecture.pretrain(model, inputs, hyper, seed)
    model.compile(
        optimizer=keras.optimizers.Adam(hyper["rate"], global_clipnorm=5.0),
        loss=negative_binomial_loss,
        jit_compile=False,
    )
    past, later = data.take(train), data.take(held)
    stop = keras.callbacks.EarlyStopping(
        monitor="val_loss", patience=PATIENCE, restore_best_weights=True
    )
    decay = keras.callbacks.ReduceLROnPlateau(factor=0.4, patience=0, min_delta=1e-3)
    history = model.fit(
        keras_network.arrays(past.inputs),
        targets(past),
        validation_data=(keras_network.arrays(later.inputs), targets(later)),
        batch_size=BATCH,
        epochs=epochs,
        shuffle=True,
        verbose=0,
        callbacks=[stop, decay, *callbacks],
    )
    network = Network.of(
        Network(architecture, data.spec, hyper, {}).document(), keras_network.export(model)
    )
    return Fit(network, model, history.history["loss"], history.history["val_loss"])


def targets(data: Dataset) -> Any:
    """Units to learn, shape (n,): one wild order must not bend the whole catalogue."""
    from online_models.exact_math import exp

    bound = SURPRISE * (exp(np.minimum(data.inputs.offset, 14.0)) + 1.0)
    return np.minimum(data.units, bound).astype(np.float32)
