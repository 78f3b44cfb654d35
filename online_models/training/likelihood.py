"""The training loss: the negative log-likelihood of counts, in TensorFlow."""

from __future__ import annotations

from typing import Any


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
