"""`pricetide evaluate`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from online_models.demand.evaluation.baselines import BASELINES
from online_models.demand.evaluation.prequential import MIXTURE, Evaluation, RiverChallenger
from online_models.demand.river.named_models import BASELINE
from streams.configuration.settings import Settings
from streams.recording.error import RecordingError
from streams.studies.evaluation import plots
from streams.studies.evaluation.timing import timed
from streams.studies.observed import Observed, shown

DESCRIPTION = """\
Compare the demand models on a recording, prequentially: each forecasts every bucket from what was
known before it (its own price, promotion and competitors' prices included), and then learns it.

rmse_log: root mean squared error of log units, buckets with units; wape: share of the units that
was forecast wrongly; log_score: mean log probability; coverage_90: share of the buckets within the
central 90 % interval; weight: what the expert counts for in the mixture, on average.

The first buckets are learnt and not judged (a quarter of the recording, eight at most), nor is the
first one of any offer: nothing is known of it yet. All models are judged on the same buckets; one
that says nothing of some of them is named below the table.

Buckets of several days, such as P7D, begin on the weekday on which most promotions do; where
promotions tell none, with the first day that has an order, a click, a competitor's price or an
acknowledgement: a week in which prices hold is not cut in two.

Example:
  pricetide evaluate recordings/monday --bucket P7D --plots plots
"""

SETTINGS = ("bucket", "lateness", "timezone")
FIGURES = ("rmse_log", "mae", "wape", "log_score", "coverage_90", "seconds", "weight")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "recordings", nargs="+", type=Path, metavar="RECORDING", help="a folder or file"
    )
    parser.add_argument(
        "--challengers",
        nargs="*",
        default=[BASELINE],
        metavar="NAME",
        help=f"River models beside the experts, outside the mixture (default: {BASELINE}); those "
        "of the setting `river` are in it",
    )
    parser.add_argument("--plots", type=Path, metavar="DIR", help=f"write {plots.FILE} there")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Evaluate; returns the exit status."""
    evaluation = Evaluation()
    try:
        for name in args.challengers:
            evaluation.challengers[f"river.{name.removeprefix('river.')}"] = RiverChallenger(name)
        observed = Observed(settings, args.recordings, evaluation.add)
        figures = evaluate(settings.bucket, observed, evaluation)
        if args.plots is not None:
            path = plots.write(evaluation, settings.bucket, args.plots)
            print(f"plots: {path}", file=sys.stderr)
    except (RecordingError, ValueError, OSError) as error:
        print(f"pricetide evaluate: {error}", file=sys.stderr)
        return 2
    for line in observed.ignored.lines(len(observed.recording)):
        print(f"pricetide evaluate: {line}", file=sys.stderr)
    if args.json:
        print(msgspec.json.encode(figures).decode())
    else:
        _show(figures)
    return 0


def evaluate(bucket: str, observed: Observed, evaluation: Evaluation) -> dict[str, Any]:
    """The figures of `--json`; `evaluation`, which hears of what is observed, collects all else."""
    watches = timed(observed.demand.experts) | timed(evaluation.challengers)
    with shown(observed, "evaluating"):
        pass
    seconds = {name: watch.seconds for name, watch in watches.items()}
    seconds[MIXTURE] = sum(seconds[name] for name in observed.demand.experts)
    weights = {name: sum(each) / len(each) for name, each in evaluation.weights.items()}
    judged = evaluation.judged()
    if not judged:
        raise ValueError("no offer has two buckets: nothing to judge; try a shorter --bucket")
    models = [
        {
            "name": name,
            "buckets": score.n,
            **score.figures(),
            "seconds": round(seconds.get(name, 0.0), 3),
            "weight": round(weights[name], 4) if name in weights else None,
        }
        for name, score in judged.items()
    ]
    return {
        "bucket": bucket,
        "observations": evaluation.observations,
        "refused": observed.ignored.refused,
        "warm_up": evaluation.warm_up,
        "models": models,
        "used": MIXTURE,
    }


def _show(figures: dict[str, Any]) -> None:
    console, models = Console(), figures["models"]
    most = max(model["buckets"] for model in models)
    console.print(
        f"{figures['observations']:,} buckets of {figures['bucket']}, {most:,} of them judged; "
        f"used: {figures['used']}"
    )
    table = Table(box=SIMPLE, padding=0, pad_edge=False)
    table.add_column("model", overflow="fold", min_width=15)
    for name in FIGURES:
        # in 80 columns, names of models need the room more
        table.add_column(name.replace("_", "\n"), justify="right", no_wrap=True)
    for model in models:
        cells = ["–" if model[name] is None else f"{model[name]:.4g}" for name in FIGURES]
        table.add_row(model["name"].rpartition(".")[2], *cells)
    console.print(table)
    for model in models:
        if model["buckets"] < most:
            console.print(f"{model['name']}: judged on {model['buckets']:,} buckets only")
    for line in _in_words(models, most):
        console.print(line)
    console.print("what the columns mean: pricetide evaluate --help")


def _in_words(models: list[dict[str, Any]], buckets: int) -> list[str]:
    """How far off the mixture is, and whether that is better than what needs no model."""
    known = {m["name"]: m for m in models if m["buckets"] == buckets and m["wape"] is not None}
    naive = [known[name] for name in BASELINES if name in known]
    if MIXTURE not in known or not naive:
        return []
    ours, best = known[MIXTURE], min(naive, key=lambda model: float(model["rmse_log"]))
    gain = 1.0 - ours["rmse_log"] / max(best["rmse_log"], 1e-9)
    return [
        f"The mixture is off by {ours['wape']:.0%} of the units sold; {ours['coverage_90']:.0%} of "
        "the buckets lie within the interval that is to hold 90%.",
        f"Its error of log units is {abs(gain):.0%} {'below' if gain >= 0 else 'above'} that of "
        f"the best naive forecast, {best['name']}.",
    ]
