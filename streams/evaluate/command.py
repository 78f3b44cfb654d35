"""`pricetide evaluate`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from online_models.demand.evaluation import MIXTURE, Evaluation
from online_models.demand.observations import Observations
from online_models.demand.report import LearnReport
from streams.evaluate.observed import Observed
from streams.evaluate.timing import timed
from streams.recording.error import RecordingError
from streams.settings import Settings

DESCRIPTION = """\
Compare the demand models on a recording, prequentially: each forecasts every bucket from what was
known before it (its own price, promotion and competitors' prices included), and then learns it.

rmse_log: root mean squared error of log units, buckets with units; wape: share of the units that
was forecast wrongly; log_score: mean log probability; coverage_90: share of the buckets within the
central 90 % interval.

Example:
  pricetide evaluate recordings/monday --bucket P7D
"""

SETTINGS = ("bucket", "lateness", "timezone")
FIGURES = ("rmse_log", "mae", "wape", "log_score", "coverage_90", "seconds")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's description and flags."""
    parser.description = DESCRIPTION
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "recordings", nargs="+", type=Path, metavar="RECORDING", help="a folder or file"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Evaluate; returns the exit status."""
    try:
        figures = evaluate(settings, args.recordings)
    except RecordingError as error:
        print(f"pricetide evaluate: {error}", file=sys.stderr)
        return 2
    if args.json:
        print(msgspec.json.encode(figures).decode())
    else:
        _show(figures)
    return 0


def evaluate(settings: Settings, recordings: list[Path]) -> dict[str, Any]:
    """The figures of `--json`."""
    evaluation = Evaluation()
    scoring = 0.0

    def learnt(observations: Observations, report: LearnReport) -> None:
        nonlocal scoring
        begun = time.perf_counter()
        evaluation.add(observations, report)
        scoring += time.perf_counter() - begun

    observed = Observed(settings, recordings, learnt)
    watches = timed(observed.demand)
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("evaluating", total=len(observed.recording))
        for done in observed.run():
            bar.update(task, completed=done)
    seconds = {name: watch.seconds for name, watch in watches.items()}
    seconds[MIXTURE] = sum(seconds.values())
    models = [
        {"name": name, **score.figures(), "seconds": round(seconds.get(name, 0.0), 3)}
        for name, score in evaluation.scores.items()
    ]
    return {
        "bucket": settings.bucket,
        "observations": evaluation.observations,
        "models": models,
        "used": MIXTURE,
    }


def _show(figures: dict[str, Any]) -> None:
    console = Console()
    console.print(
        f"{figures['observations']:,} buckets of {figures['bucket']}; used: {figures['used']}"
    )
    table = Table()
    table.add_column("model")
    for name in FIGURES:
        table.add_column(name, justify="right")
    for model in figures["models"]:
        cells = ["–" if model[name] is None else f"{model[name]:.3f}" for name in FIGURES]
        table.add_row(model["name"], *cells)
    console.print(table)
