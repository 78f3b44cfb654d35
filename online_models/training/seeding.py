"""The same seed gives the same weights, on any number of threads."""

from __future__ import annotations


def seed_keras(seed: int) -> None:
    """Seed Keras, NumPy and TensorFlow, and let no kernel depend on which thread ends first.

    A seed alone is not enough: TensorFlow shuffles and sums in several threads.
    """
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()
