"""`pricetide train`: train the deep demand models."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from rich.console import Console

from online_models.demand.networks.chunks import records
from online_models.demand.networks.expert import MODEL
from online_models.demand.networks.zoo import ARCHITECTURES
from streams.configuration.settings import Settings
from streams.errors import InputError, InterruptedCommand
from streams.extras import require
from streams.terminal.flags import add_recordings, at_least
from streams.trainer import policy_run, publish, report, source
from streams.trainer.registry import ModelRegistry, promotion
from streams.trainer.run import TrainedVersion, TrainingPlan, train
from streams.trainer.search import asked_trials
from streams.trainer.store import occupied
from streams.trainer.trial_process import single_thread

GROUP = "plan"
SUMMARY = "train the deep demand models, publish a challenger"
DESCRIPTION = """\
Train the deep demand models, and publish the best as a challenger on `model-updates`.

Learns from recordings of demand-observations and products, or, without any, from the topics
(--bootstrap). A search tries hyper-parameters with time-series cross-validation, in processes of
their own. Killed at any point, the same command goes on where it was. DIR then holds the trials,
TensorBoard logs (tensorboard --logdir DIR/runs), and a registry with a model card per version; of
the last 14 runs and 60 versions. Runs that share DIR wait for each other.
Without --bootstrap the update is written to DIR/model-updates.jsonl.gz.

Workers judge a challenger on live buckets and promote it when it wins; --promote VERSION makes
them do so at once.
"""
EXAMPLES = (
    "pricetide train recordings/autumn --models gru,mlp --trials 3 --out training",
    "pricetide train --bootstrap kafka:9092 --days 180",
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
        help=f"networks and baselines to try (default {','.join(ARCHITECTURES)}; also level, "
        "linear, multiple, tree, forest, boosting)",
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
        "--promote", metavar="VERSION", help="train nothing; make a registered version champion"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Train or promote, and publish."""
    if not options.promote:
        require("tensorflow")
    single_thread()
    console = Console(stderr=True)
    try:
        if options.promote:
            values = promotion(ModelRegistry(options.out / "registry" / MODEL), options.promote)
        elif options.policy:
            values = policy_run.run(options.out, options.seed, console.print)
        else:
            new = _trained(options, settings, console)
            values = records(new.network.document(), new.network.weights, new.standing)
        if settings.bootstrap:
            publish.to_kafka(settings, values)
        else:
            publish.to_recording(options.out, values)
    except KeyboardInterrupt:
        raise InterruptedCommand("interrupted; the same command goes on") from None
    where = settings.bootstrap or options.out / "model-updates.jsonl.gz"
    print(f"{values[0]['status']} {values[0]['version']} written to {where}")
    return 0


def _trained(options: argparse.Namespace, settings: Settings, console: Console) -> TrainedVersion:
    trials = asked_trials(options.models, options.search, options.trials, options.seed)
    plan = TrainingPlan(trials, options.folds, options.processes, options.out)
    if not options.recordings and not settings.bootstrap:
        raise InputError("what from? Name a RECORDING, or pass --bootstrap HOST:PORT")
    results: list[Any] = []
    with occupied(options.out, console.print):
        data = source.dataset(options.recordings, settings, options.days, options.out)
        console.print(f"{len(data)} buckets to learn from; {len(trials)} trials")
        with report.trials_progress(len(trials)) as advance:

            def done(result: dict[str, Any]) -> None:
                results.append(result)
                advance(result)

            new = train(data, plan, done)
    report.summary(console, results, new)
    return new
