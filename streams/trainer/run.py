"""A whole training run: search, held-out measures, final fit, registry."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from online_models.demand.networks.chunks import ModelStanding
from online_models.demand.networks.container import WeightsError
from online_models.demand.networks.expert import MODEL
from online_models.demand.networks.spec import Spec
from online_models.training import dataset
from online_models.training.baselines import LEVEL
from online_models.training.dataset import Dataset
from online_models.training.model_card import ModelCard, measure
from online_models.training.models import build
from online_models.training.saved_models import Trained, describe, trained
from online_models.training.search import OBJECTIVE, SearchTrial
from schemas.values.instants import to_text
from streams.errors import InputError
from streams.trainer import store
from streams.trainer.registry import CHAMPION, ModelRegistry
from streams.trainer.search import search
from streams.trainer.store import RUNS_KEPT, VERSIONS_KEPT, outdated

#: The last of the time is held out from the search, and each fold's test is as long.
SHARE = 0.12
#: Name in the card of the champion so far.
INCUMBENT = "champion so far"


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """What to run, where, and in how many processes."""

    trials: Sequence[SearchTrial]
    folds: int
    processes: int
    folder: Path


@dataclass(frozen=True, slots=True)
class TrainedVersion:
    """The version that a run ended with."""

    model: Trained
    standing: ModelStanding
    card: ModelCard


def train(
    data: Dataset, plan: TrainingPlan, done: Callable[[dict[str, Any]], None]
) -> TrainedVersion:
    """Run `plan` on `data`; the same data and plan lead to the same version, however often killed.

    The running level is there to compare, and becomes no version. InputError where the data are too
    few for the folds.
    """
    past, held = dataset.at(data.end, SHARE)
    try:
        dataset.rolling_origin(data.end[past], plan.folds, SHARE)
    except ValueError as error:
        raise InputError(f"--folds: {error}") from None
    folder = plan.folder / "runs" / store.fingerprint(data)
    results = search(plan.trials, data.take(past), folder, plan.folds, SHARE, plan.processes, done)
    able = [trial for trial in plan.trials if trial.model != LEVEL]
    best = min(able, key=lambda trial: results[trial.key]["mean"][OBJECTIVE])
    names = hashlib.sha256(f"{store.fingerprint(data)} {best.key}".encode()).hexdigest()[:8]
    through = int(data.end.max())
    version = f"{to_text(through)[:10]}-{best.model}-{names}"
    for old in outdated(folder.parent, RUNS_KEPT):
        if old != folder:
            shutil.rmtree(old)
    registry = ModelRegistry(plan.folder / "registry" / MODEL)
    if version in registry.versions():
        return _chosen(registry, version)
    started = time.monotonic()
    holdout = _holdout(data.take(past), data.take(held), best, version, registry)
    final = trained(build(best.model, best.hyper, best.seed).fit(data))
    card = ModelCard(
        version=version,
        model=describe(best, data.spec),
        trained_at=time.time_ns() // 1_000_000,
        trained_from=int(data.end.min()) - data.spec.window_ms,
        trained_through=through,
        rows=len(data),
        offers=len(np.unique(data.offer)),
        seconds=time.monotonic() - started,
        search={key: result["mean"] for key, result in results.items()},
        holdout=holdout,
    )
    registry.add(final, card)
    return _chosen(registry, version)


def _chosen(registry: ModelRegistry, version: str) -> TrainedVersion:
    # also where it is known: a run that was killed may not have come so far
    registry.nominate(version)
    registry.prune(VERSIONS_KEPT)
    card = ModelCard(**registry.describe(version))
    return TrainedVersion(registry.model(version), _standing(card), card)


def _standing(card: ModelCard) -> ModelStanding:
    metrics = dict(card.holdout[card.version])
    return ModelStanding(MODEL, card.version, card.trained_at, card.trained_through, metrics)


def _holdout(
    past: Dataset, held: Dataset, best: SearchTrial, version: str, registry: ModelRegistry
) -> Mapping[str, Mapping[str, float]]:
    """Measures on time that the search never saw: the best trial's, the level's, the champion's.

    The champion may have seen that time; the comparison then flatters it.
    """
    model = build(best.model, best.hyper, best.seed).fit(past)
    forecasts = {
        version: model.predict(held.inputs),
        LEVEL: build(LEVEL).fit(past).predict(held.inputs),
    }
    champion = incumbent(registry, held.spec)
    if champion is not None:
        forecasts[INCUMBENT] = champion.predict(held.inputs)
    return {
        name: measure(forecast, held.units, held.naive).document()
        for name, forecast in forecasts.items()
    }


def incumbent(registry: ModelRegistry, spec: Spec) -> Trained | None:
    """The champion so far; None where there is none that reads the inputs of `spec`.

    Windows may have become shorter, the history long enough for seasons, or the inputs more.
    """
    champion = registry.alias(CHAMPION)
    if champion is None:
        return None
    if registry.describe(champion)["model"]["spec"] != spec.document():
        return None
    try:
        return registry.model(champion)
    except WeightsError:
        return None
