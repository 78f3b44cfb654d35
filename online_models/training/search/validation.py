"""Time-series cross-validation of one trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from online_models.demand.forecast import Forecast
from online_models.training import split
from online_models.training.dataset import Dataset
from online_models.training.metrics import Metrics, measure
from online_models.training.models import build
from online_models.training.search.trials import Trial

#: What a search minimises: the mean negative log score, which a whole forecast answers for.
OBJECTIVE = "log_loss"


@dataclass(frozen=True, slots=True)
class Score:
    """Measures of a trial, fold by fold."""

    folds: list[Metrics]

    @property
    def mean(self) -> dict[str, float]:
        """Means over the folds."""
        documents = [fold.document() for fold in self.folds]
        return {name: float(np.mean([d[name] for d in documents])) for name in documents[0]}


def cross_validate(
    trial: Trial,
    data: Dataset,
    folds: int,
    share: float,
    done: Callable[[int, Forecast, Dataset], None] = lambda _fold, _forecast, _held: None,
    callbacks: Callable[[int], list[Any]] = lambda _fold: [],
) -> Score:
    """Train at `folds` ever later origins, and measure on the next `share` of time after each.

    `done(fold, forecast, held)` is told of each fold; `callbacks(fold)` gives Keras callbacks.
    """
    found = []
    for fold, (train, test) in enumerate(split.rolling_origin(data.end, folds, share)):
        model = build(trial.model, trial.hyper, trial.seed, callbacks(fold))
        model.fit(data.take(train))
        held = data.take(test)
        forecast = model.predict(held.inputs)
        found.append(measure(forecast, held.units, held.naive))
        done(fold, forecast, held)
    return Score(found)
