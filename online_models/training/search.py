"""Hyper-parameter search as values: which trials to run, and what each scores.

Running them, in parallel and resumably, is `streams/trainer`'s part.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from online_models.demand.forecast import UnitsForecast
from online_models.training import dataset
from online_models.training.dataset import Dataset
from online_models.training.model_card import ForecastMetrics, measure
from online_models.training.models import build, space


@dataclass(frozen=True, slots=True)
class SearchTrial:
    """A model and its hyper-parameters, with a seed."""

    model: str
    hyper: Mapping[str, Any]
    seed: int = 0

    @property
    def key(self) -> str:
        """A stable name: the same trial has the same, so a resumed search knows what it has done.

        >>> SearchTrial("level", {}).key
        'level-f399abe4'
        """
        text = json.dumps([self.model, dict(self.hyper), self.seed], sort_keys=True)
        return f"{self.model}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def grid(models: Sequence[str], seed: int = 0) -> list[SearchTrial]:
    """Every point of every model's declared space.

    >>> len(grid(["linear", "tree"]))
    10
    """
    return [SearchTrial(model, hyper, seed) for model in models for hyper in _points(model)]


def random_points(models: Sequence[str], count: int, seed: int = 0) -> list[SearchTrial]:
    """For each model its default, then distinct random_points points of its space, `count` in all.

    References: Bergstra, Bengio, "Random search for hyper-parameter optimization", JMLR 13 (2012).
    """
    generator = np.random.default_rng(seed)
    trials = []
    for model in models:
        points = list(_points(model))
        order = generator.permutation(np.arange(1, len(points))).tolist()
        trials += [SearchTrial(model, points[i], seed) for i in [0, *order][:count]]
    return trials


def _points(model: str) -> Iterator[dict[str, Any]]:
    declared = space(model)
    for values in product(*declared.values()):
        yield dict(zip(declared, values, strict=True))


#: What a search minimises: the mean negative log score, which a whole forecast answers for.
OBJECTIVE = "log_loss"


@dataclass(frozen=True, slots=True)
class TrialScore:
    """Measures of a trial, fold by fold."""

    folds: list[ForecastMetrics]

    @property
    def mean(self) -> dict[str, float]:
        """Means over the folds."""
        documents = [fold.document() for fold in self.folds]
        return {name: float(np.mean([d[name] for d in documents])) for name in documents[0]}


def cross_validate(
    trial: SearchTrial,
    data: Dataset,
    folds: int,
    share: float,
    done: Callable[[int, UnitsForecast, Dataset], None] = lambda _fold, _forecast, _held: None,
    callbacks: Callable[[int], list[Any]] = lambda _fold: [],
) -> TrialScore:
    """Train at `folds` ever later origins, and measure on the next `share` of time after each.

    `done(fold, forecast, held)` is called after each fold; `callbacks(fold)` gives Keras callbacks.
    """
    found = []
    for fold, (train, test) in enumerate(dataset.rolling_origin(data.end, folds, share)):
        model = build(trial.model, trial.hyper, trial.seed, callbacks(fold))
        model.fit(data.take(train))
        held = data.take(test)
        forecast = model.predict(held.inputs)
        found.append(measure(forecast, held.units, held.naive))
        done(fold, forecast, held)
    return TrialScore(found)
