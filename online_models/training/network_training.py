"""Training a network in TensorFlow; only the trainer's process calls it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from online_models.demand.networks.inputs import as_new
from online_models.demand.networks.levels import SURPRISE
from online_models.demand.networks.network import Network
from online_models.demand.networks.zoo import network as keras_network
from online_models.demand.networks.zoo.architecture import Architecture, Hyper
from online_models.training import dataset
from online_models.training.boltzmann import pretrain
from online_models.training.dataset import Dataset


def seed_keras(seed: int) -> None:
    """Seed Keras, NumPy and TensorFlow, and let no sum depend on which thread ends first.

    A seed alone is not enough: TensorFlow shuffles and sums in several threads. Nor are its
    deterministic kernels: on a busy machine two trainings were seen to differ. These networks are
    too small to gain from several threads. Where TensorFlow has run in this process before, its
    threads stay as they are.
    """
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
    with suppress(RuntimeError):
        tf.config.threading.set_intra_op_parallelism_threads(1)
        tf.config.threading.set_inter_op_parallelism_threads(1)


def negative_binomial_loss(units: Any, forecast: Any) -> Any:
    """−log NB(units; mean, size) for `forecast` = (log mean, log size), shape (n, 2) → (n,).

    The variance is mean + mean² / size. References: Salinas, Flunkert, Gasthaus, "DeepAR:
    probabilistic forecasting with autoregressive recurrent networks", 2017.
    """
    import tensorflow as tf

    y = tf.reshape(units, (-1,))
    log_mean, log_size = forecast[:, 0], forecast[:, 1]
    size = tf.exp(log_size)
    # log(mean + size), without overflow
    log_total = tf.maximum(log_mean, log_size) + tf.math.log1p(tf.exp(-tf.abs(log_mean - log_size)))
    return -(
        tf.math.lgamma(y + size)
        - tf.math.lgamma(size)
        - tf.math.lgamma(y + 1.0)
        + size * (log_size - log_total)
        + y * (log_mean - log_total)
    )


BATCH = 512
EPOCHS = 12
#: Epochs without progress on the latest part of the training data, after which training ends.
PATIENCE = 2
#: What an epoch leaves of the learning rate, and the pull of weights towards 0.
DECAY = 0.7
WEIGHT_DECAY = 0.02
#: Share of the rows that are learnt once more as if their offers were new: only so does a network
#: learn what category, price and text say where there is no past.
NEW = 0.25
#: That part: the last of the training's time.
VALIDATION = 0.15


@dataclass(frozen=True, slots=True)
class TrainedNetwork:
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
    callbacks: Sequence[Any] = (),
) -> TrainedNetwork:
    """Train on `data`: first without its last `VALIDATION` of time, which says after how many
    epochs to stop; then anew on all of it for as many, since what is latest matters most.

    The same seed on the same machine gives the same weights.
    """
    import keras

    train, held = dataset.at(data.end, VALIDATION)
    past, later = data.take(train), data.take(held)
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=PATIENCE)
    trial = _model(architecture, hyper, past, seed)
    history = trial.fit(
        *_examples(past, seed),
        validation_data=(keras_network.arrays(later.inputs), targets(later)),
        batch_size=BATCH,
        epochs=EPOCHS,
        verbose=0,
        callbacks=[stop, _schedule(hyper), *callbacks],
    ).history
    validation = history["val_loss"]
    epochs = int(np.argmin(validation)) + 1
    model = _model(architecture, hyper, data, seed)
    model.fit(
        *_examples(data, seed),
        batch_size=BATCH,
        epochs=epochs,
        verbose=0,
        callbacks=[_schedule(hyper)],
    )
    document = Network(architecture, data.spec, hyper, {}).document()
    network = Network.of(document, keras_network.export(model))
    return TrainedNetwork(network, model, history["loss"], validation)


def _model(architecture: Architecture, hyper: Hyper, data: Dataset, seed: int) -> Any:
    """A compiled model, pre-trained where the architecture says so."""
    import keras

    seed_keras(seed)
    model = keras_network.build(architecture, data.spec, hyper)
    if architecture.pretrained is not None:
        pretrain(model, architecture.pretrained, keras_network.arrays(data.inputs), seed)
    model.compile(
        optimizer=keras.optimizers.AdamW(
            hyper["rate"], weight_decay=WEIGHT_DECAY, global_clipnorm=5.0
        ),
        loss=negative_binomial_loss,
        jit_compile=False,
    )
    return model


def _schedule(hyper: Hyper) -> Any:
    """The rate falls by a third each epoch, so that early and late stopping differ little."""
    import keras

    return keras.callbacks.LearningRateScheduler(lambda epoch: hyper["rate"] * DECAY**epoch)


def _examples(data: Dataset, seed: int) -> tuple[list[Any], Any]:
    """What Keras reads and is to say: all rows, and some of them as if their offers were new."""
    chosen = np.flatnonzero(np.random.default_rng(seed).random(len(data)) < NEW)
    new = data.take(chosen)
    new = replace(new, inputs=as_new(new.inputs))
    read = zip(keras_network.arrays(data.inputs), keras_network.arrays(new.inputs), strict=True)
    return [np.concatenate(pair) for pair in read], np.concatenate([targets(data), targets(new)])


def targets(data: Dataset) -> Any:
    """Units to learn, shape (n,): one wild order must not bend the whole catalogue."""
    from online_models.numerics.special import exp

    bound = SURPRISE * (exp(np.minimum(data.inputs.offset, 14.0)) + 1.0)
    return np.minimum(data.units, bound).astype(np.float32)
