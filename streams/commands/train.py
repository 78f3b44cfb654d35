"""`pricetide train`."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from aiokafka.errors import KafkaError
from kafka.errors import KafkaError as AdminError
from rich.console import Console

from online_models.demand.networks.chunks import Standing, records
from online_models.demand.networks.container import WeightsError
from online_models.demand.networks.expert import MODEL
from online_models.demand.networks.zoo import ARCHITECTURES
from online_models.training.models import space
from online_models.training.search import trials as declared
from streams.configuration.settings import Settings
from streams.kafka.admin import TopicsError
from streams.recording import RecordingError
from streams.trainer import policy_run, publish, report, source
from streams.trainer.folder import occupied
from streams.trainer.needs import NO_TENSORFLOW, tensorflow_installed
from streams.trainer.registry import Registry
from streams.trainer.run import Outcome, Plan, train
from streams.trainer.trial_process import single_thread

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

Example:
  pricetide train recordings/autumn --models gru,mlp --trials 3 --out training
  pricetide train --bootstrap kafka:9092 --days 180
  pricetide train --policy --out training
"""

SETTINGS = ("bootstrap",)
INTERRUPTED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "recordings", nargs="*", type=Path, metavar="RECORDING", help="a recording's folder or file"
    )
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
        "--trials", type=_positive, default=1, metavar="N", help="random trials a model (default 1)"
    )
    parser.add_argument(
        "--folds", type=_positive, default=2, metavar="N", help="origins in time (default 2)"
    )
    parser.add_argument(
        "--processes",
        type=_positive,
        default=max(1, (os.cpu_count() or 2) // 2),
        metavar="N",
        help="trials at a time (default half the cores)",
    )
    parser.add_argument(
        "--days", type=_positive, metavar="N", help="learn from the last N days only"
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


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Train and publish; return the exit status."""
    if not args.promote and not tensorflow_installed():
        print(f"pricetide train: {NO_TENSORFLOW}", file=sys.stderr)
        return 2
    single_thread()
    console = Console(stderr=True)
    try:
        if args.promote:
            values = _promotion(Registry(args.out / "registry" / MODEL), args.promote)
        elif args.policy:
            values = policy_run.run(args.out, args.seed, console.print)
        else:
            outcome = _trained(args, settings, console)
            values = records(outcome.network.document(), outcome.network.weights, outcome.standing)
        if settings.bootstrap:
            publish.to_kafka(settings, values)
        else:
            publish.to_recording(args.out, values)
    except (RecordingError, source.NothingToLearn, UsageError) as error:
        print(f"pricetide train: {error}", file=sys.stderr)
        return 2
    except (KafkaError, AdminError, TopicsError, OSError) as error:
        print(f"pricetide train: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("pricetide train: interrupted; the same command goes on", file=sys.stderr)
        return INTERRUPTED
    where = settings.bootstrap or args.out / "model-updates.jsonl.gz"
    print(f"{values[0]['status']} {values[0]['version']} written to {where}")
    return 0


class UsageError(ValueError):
    """The flags ask for something impossible."""


def _trained(args: argparse.Namespace, settings: Settings, console: Console) -> Outcome:
    plan = _plan(args)
    if not args.recordings and not settings.bootstrap:
        raise UsageError("what from? Name a RECORDING, or pass --bootstrap HOST:PORT")
    results: list[Any] = []
    with occupied(args.out, console.print):
        data = source.dataset(args.recordings, settings, args.days, args.out)
        console.print(f"{len(data)} buckets to learn from; {len(plan.trials)} trials")
        with report.progress(console, len(plan.trials)) as advance:

            def done(result: dict[str, Any]) -> None:
                results.append(result)
                advance(result)

            outcome = train(data, plan, done)
    report.summary(console, results, outcome)
    return outcome


def _plan(args: argparse.Namespace) -> Plan:
    models = [name.strip() for name in args.models.split(",") if name.strip()]
    try:
        for name in models:
            space(name)
    except ValueError as error:
        raise UsageError(f"--models: {error}") from None
    if not set(models) & set(ARCHITECTURES):
        raise UsageError(f"--models: at least one network of {', '.join(ARCHITECTURES)} is needed")
    if args.search == "grid":
        trials = declared.grid(models, args.seed)
    else:
        trials = declared.random(models, args.trials, args.seed)
    return Plan(trials, args.folds, args.processes, args.out)


def _promotion(registry: Registry, version: str) -> list[dict[str, Any]]:
    """The records that make a registered version champion, also in the registry."""
    try:
        facts, network = registry.describe(version), registry.network(version)
    except (KeyError, WeightsError) as error:
        raise UsageError(f"--promote: {error.args[0]}") from None
    registry.promote(version)
    metrics = facts["holdout"][version]
    trained = facts["trained_at"], facts["trained_through"]
    standing = Standing(MODEL, version, *trained, metrics, "champion")
    return records(network.document(), network.weights, standing)


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not positive")
    return number
