"""`pricetide train`: train the deep demand models."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from online_models.demand.networks.chunks import records
from online_models.demand.networks.expert import MODEL
from online_models.demand.networks.network import Network
from online_models.demand.networks.zoo import ARCHITECTURES
from online_models.training.baselines import BASELINES
from online_models.training.dataset import Dataset
from online_models.training.search import SearchTrial
from streams.configuration.settings import Settings
from streams.errors import InputError, InterruptedCommand
from streams.extras import require
from streams.terminal.flags import add_recordings, at_least
from streams.trainer import policy_run, publish, report, source
from streams.trainer.forecasting import forecasts, look_back_days
from streams.trainer.kinds import require_packages
from streams.trainer.registry import ModelRegistry, promotion
from streams.trainer.run import TrainedVersion, TrainingPlan, train
from streams.trainer.search import asked_trials
from streams.trainer.store import occupied
from streams.trainer.trial_process import single_thread

SUMMARY = "train demand models, publish their forecasts"
DESCRIPTION = """\
Train demand models: networks, trees and regressions; the best publishes what it expects on
`demand-forecasts`, and a network its weights as a challenger on `model-updates`, too.

Learns from recordings of demand-observations and products, or, without any, from the topics
(--bootstrap). A search tries hyper-parameters with time-series cross-validation, in processes of
their own. Killed at any point, the same command goes on where it was. DIR then holds the trials,
TensorBoard logs (tensorboard --logdir DIR/runs), and a registry with a model card per version; of
the last 14 runs and 60 versions. Runs that share DIR wait for each other.
Without --bootstrap they are written to DIR/demand-forecasts.jsonl.gz and
DIR/model-updates.jsonl.gz.

A curve of units by price is published of every offer, also of such as have sold nothing yet. Prices
rest on it as far as it proves right; --forecast trains nothing, and publishes those of the newest
version. Workers judge a challenger on live windows and promote it when it wins; --promote VERSION
makes them do so at once. Trees and regressions need `pricetide[sklearn]`, networks
`pricetide[deep]`.
"""
EXAMPLES = (
    "pricetide train recordings/autumn --models gru,mlp --trials 3 --out training",
    "pricetide train --bootstrap kafka:9092 --days 180",
    "pricetide train recordings/autumn --models forest,boosting",
    "pricetide train --policy --out training",
)
SETTINGS = ("bootstrap",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_recordings(parser, "*")
    parser.add_argument(
        "--models",
        default=",".join(ARCHITECTURES),
        metavar="NAMES",
        help=f"models to try (default {','.join(ARCHITECTURES)}; also {', '.join(BASELINES)})",
    )
    parser.add_argument(
        "--search", choices=("random", "grid"), default="random", help="how (default random)"
    )
    parser.add_argument(
        "--trials",
        type=at_least(1),
        default=1,
        metavar="N",
        help="random trials a model (default 1)",
    )
    parser.add_argument(
        "--folds", type=at_least(1), default=2, metavar="N", help="origins in time (default 2)"
    )
    parser.add_argument(
        "--processes",
        type=at_least(1),
        default=max(1, (os.cpu_count() or 2) // 2),
        metavar="N",
        help="trials at a time (default half the cores)",
    )
    parser.add_argument(
        "--days", type=at_least(1), metavar="N", help="learn from the last N days only"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed (default 0)")
    parser.add_argument(
        "--out", type=Path, default=Path("training"), metavar="DIR", help="(default training)"
    )
    parser.add_argument(
        "--policy",
        action="store_true",
        help="train the pricing policy of strategy `reinforcement` in simulated markets instead",
    )
    parser.add_argument(
        "--forecast",
        action="store_true",
        help="train nothing; publish what the newest registered version expects",
    )
    parser.add_argument(
        "--promote", metavar="VERSION", help="train nothing; make a registered version champion"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Train or promote, and publish."""
    if options.policy:
        require("tensorflow")
    elif not options.promote and not options.forecast:
        require_packages(options.models)
    single_thread()
    console = Console(stderr=True)
    registry = ModelRegistry(options.out / "registry" / MODEL)
    try:
        if options.promote:
            _publish(options, settings, publish.UPDATES, promotion(registry, options.promote))
        elif options.policy:
            values = policy_run.run(options.out, options.seed, console.print)
            _publish(options, settings, publish.UPDATES, values)
        else:
            _train_and_forecast(options, settings, registry, console)
    except KeyboardInterrupt:
        raise InterruptedCommand("interrupted; the same command goes on") from None
    return 0


def _publish(
    options: argparse.Namespace, settings: Settings, topic: str, values: list[dict[str, Any]]
) -> None:
    if settings.bootstrap:
        publish.to_kafka(settings, topic, values)
    else:
        publish.to_recording(options.out, topic, values)
    where = settings.bootstrap or options.out / f"{topic}.jsonl.gz"
    print(f"{values[0]['status']} {values[0]['version']} written to {where}")


def _train_and_forecast(
    options: argparse.Namespace, settings: Settings, registry: ModelRegistry, console: Console
) -> None:
    trials = asked_trials(options.models, options.search, options.trials, options.seed)
    if not options.recordings and not settings.bootstrap:
        raise InputError("what from? Name a RECORDING, or pass --bootstrap HOST:PORT")
    if options.forecast and registry.newest() is None:
        raise InputError(f"--forecast: there is no version in {registry.folder}")
    days = options.days
    with occupied(options.out, console.print):
        version = registry.newest() if options.forecast else None
        if version is not None:
            enough = look_back_days(registry, version)
            days = enough if days is None else min(days, enough)
        found = source.panel_of(options.recordings, settings, days, options.out)
        if version is None:
            new = _trained(options, trials, source.dataset(found, options.days), console)
            version = new.card.version
            if isinstance(new.model, Network):
                values = records(new.model.document(), new.model.weights, new.standing)
                _publish(options, settings, publish.UPDATES, values)
        said = forecasts(registry, version, found, settings, days)
        if settings.bootstrap:
            count = publish.to_kafka(settings, publish.FORECASTS, said)
        else:
            count = publish.to_recording(options.out, publish.FORECASTS, said)
    where = settings.bootstrap or options.out / f"{publish.FORECASTS}.jsonl.gz"
    print(f"{count} forecasts of {version} written to {where}")


def _trained(
    options: argparse.Namespace, trials: Sequence[SearchTrial], data: Dataset, console: Console
) -> TrainedVersion:
    plan = TrainingPlan(trials, options.folds, options.processes, options.out)
    results: list[Any] = []
    console.print(f"{len(data)} windows to learn from; {len(trials)} trials")
    with report.trials_progress(len(trials)) as advance:

        def done(result: dict[str, Any]) -> None:
            results.append(result)
            advance(result)

        new = train(data, plan, done)
    report.summary(console, results, new)
    return new
