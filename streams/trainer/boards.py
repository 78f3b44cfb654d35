"""What TensorBoard shows of a trial: losses, graph, measures, residuals, hyper-parameters.

Without TensorFlow, which writes it, nothing is shown; scikit-learn's kinds need none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.training.dataset import Dataset
from online_models.training.search import SearchTrial

#: Measures that the HParams page shows of each trial.
COMPARED = ("log_loss", "mase", "wape", "mae", "mse", "pinball")
#: Residuals of so many rows make a histogram.
MOST_RESIDUALS = 20_000


def available() -> bool:
    """Whether boards can be written."""
    return find_spec("tensorflow") is not None and find_spec("tensorboard") is not None


def declare(folder: Path, trials: Sequence[SearchTrial]) -> None:
    """Note what the HParams page compares: the hyper-parameters that trials differ in, and the
    measures.
    """
    import tensorflow as tf
    from tensorboard.plugins.hparams import api as hp

    names = sorted({name for trial in trials for name in trial.hyper})
    with tf.summary.create_file_writer(str(folder)).as_default():
        hp.hparams_config(
            hparams=[hp.HParam(name) for name in ("model", *names)],
            metrics=[hp.Metric(f"measures/{name}", display_name=name) for name in COMPARED],
        )


def callbacks(folder: Path) -> list[Any]:
    """Keras callbacks that write the losses of each epoch, and the graph."""
    import keras

    class Graph(keras.callbacks.Callback):  # type: ignore[misc]
        """Writes what the network computes; Keras's own drawing of it does not open by itself."""

        def on_train_begin(self, logs: Any = None) -> None:  # noqa: ARG002
            _graph(folder / "train", self.model)

    losses = keras.callbacks.TensorBoard(
        log_dir=str(folder), write_graph=False, histogram_freq=0, profile_batch=0
    )
    return [losses, Graph()]


def _graph(folder: Path, model: Any) -> None:
    import tensorflow as tf

    batch = [tf.TensorSpec(value.shape, value.dtype, value.name) for value in model.inputs]

    @tf.function  # type: ignore[untyped-decorator]
    def network(*values: Any) -> Any:
        return model(list(values))

    with tf.summary.create_file_writer(str(folder)).as_default():
        tf.summary.graph(network.get_concrete_function(*batch).graph)


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


def residuals(folder: Path, forecast: UnitsForecast, held: Dataset, step: int) -> None:
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
