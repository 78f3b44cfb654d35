"""What TensorBoard shows of a trial: losses, graph, measures, residuals, hyper-parameters."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from online_models.deep.dataset import Dataset
from online_models.demand.forecast import Forecast

#: Residuals of so many rows make a histogram.
MOST_RESIDUALS = 20_000


def callback(folder: Path) -> Any:
    """A Keras callback that writes epoch losses and the graph."""
    import keras

    return keras.callbacks.TensorBoard(
        log_dir=str(folder), write_graph=True, histogram_freq=0, profile_batch=0
    )


def hyper_parameters(
    folder: Path, model: str, hyper: Mapping[str, Any], metrics: Mapping[str, float]
) -> None:
    """Note what a trial was and what it scored, for the HParams page and as scalars."""
    import tensorflow as tf
    from tensorboard.plugins.hparams import api as hp

    plain = {k: v if isinstance(v, int | float | str) else str(v) for k, v in hyper.items()}
    with tf.summary.create_file_writer(str(folder)).as_default():
        hp.hparams({"model": model, **plain}, trial_id=folder.name)
        for name, value in metrics.items():
            tf.summary.scalar(f"measures/{name}", value, step=0)


def residuals(folder: Path, forecast: Forecast, held: Dataset, step: int) -> None:
    """Histograms of standardised residuals and of the probability integral transform."""
    import tensorflow as tf

    rows = np.random.default_rng(step).permutation(len(held))[:MOST_RESIDUALS]
    units = held.units
    deviation = np.sqrt(forecast.mean + np.square(forecast.mean) / forecast.size)
    lower, upper = forecast.pit(units)
    draws = np.random.default_rng(step).random(len(held))
    with tf.summary.create_file_writer(str(folder)).as_default():
        standard = np.clip((units - forecast.mean) / deviation, -10.0, 10.0)
        tf.summary.histogram("residuals/standardised", standard[rows], step=step)
        transform = lower + draws * (upper - lower)
        tf.summary.histogram("residuals/probability_transform", transform[rows], step=step)
