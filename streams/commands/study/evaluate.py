"""`pricetide evaluate`: the demand models judged on a recording."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.box import SIMPLE
from rich.console import Console

from online_models.demand.ensemble.report import LearnReport
from online_models.demand.evaluation.prequential import Evaluation, RiverChallenger
from online_models.demand.inputs.observations import Observations
from online_models.demand.river.named_models import BASELINE
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.studies.evaluation import plots
from streams.studies.evaluation.figures import evaluate, in_words, what_to_do
from streams.studies.evaluation.members import MemberWatch, table
from streams.studies.observed import ObservedRecording
from streams.terminal.flags import add_json, add_recordings
from streams.terminal.output import figures_table, note, print_json

SUMMARY = "the demand models judged on a recording"
DESCRIPTION = """\
Compare the demand models on a recording, prequentially: each forecasts every window from what was
known before it (its own price, promotion and competitors' prices included), and then learns it.

rmse_log: root mean squared error of log units, windows with units; mae: mean error in units; wape:
share of the units that was forecast wrongly; log_score: mean log probability; coverage_90: share of
the windows within the central 90 % interval; seconds: what its forecasts and learning took; weight:
what the expert counts for in the mixture, on average.

The first windows are learnt and not judged (a quarter of the recording, eight at most), nor is the
first one of any offer: nothing is known of it yet. All models are judged on the same windows; one
that says nothing of some of them is named below the table.

Where models have published forecasts (`demand-forecasts` in the recording), a second table shows
what each counts for in the curves that prices rest on, price response and level apart, over the
time, and the most profitable price if it alone counted, over the price in force, in the end. The
champion is whose response counts for most in the last third of the time.

Windows of several days, such as P7D, begin on the weekday on which most promotions do; where there
are too few promotions, with the first day that has an order, a click, a competitor's price or an
acknowledgement: a week in which prices hold is not cut in two.
"""
EXAMPLES = ("pricetide evaluate recordings/monday --bucket P7D --plots plots",)
SETTINGS = ("bucket", "lateness", "timezone")
FIGURES = ("rmse_log", "mae", "wape", "log_score", "coverage_90", "seconds", "weight")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_recordings(parser)
    parser.add_argument(
        "--challengers",
        nargs="*",
        default=[BASELINE],
        metavar="NAME",
        help=f"River models beside the experts, outside the mixture (default: {BASELINE}); those "
        "of the setting `river` are in it",
    )
    parser.add_argument("--plots", type=Path, metavar="DIR", help=f"write {plots.FILE} there")
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Evaluate and print."""
    evaluation = Evaluation()
    for name in options.challengers:
        try:
            challenger = RiverChallenger(name)
        except ValueError as error:
            raise InputError(str(error)) from None
        evaluation.challengers[f"river.{name.removeprefix('river.')}"] = challenger
    watch = MemberWatch()

    def learnt(seen: Observations, report: LearnReport) -> None:
        evaluation.add(seen, report)
        watch.add(seen, report)

    observed = watch.observed = ObservedRecording(settings, options.recordings, learnt)
    figures = evaluate(settings.bucket, observed, evaluation) | {"mixture": watch.figures()}
    if options.plots is not None:
        path = plots.write(evaluation, settings.bucket, _words(figures), options.plots)
        note("evaluate", f"plots: {path}")
    note("evaluate", *observed.not_taken())
    if options.json:
        print_json(figures)
    else:
        _show(figures)
    return 0


def _words(figures: dict[str, Any]) -> list[str]:
    models = figures["models"]
    most = max(model["buckets"] for model in models)
    return [*in_words(models, most), *what_to_do(models, most)]


def _show(figures: dict[str, Any]) -> None:
    console, models = Console(), figures["models"]
    most = max(model["buckets"] for model in models)
    console.print(
        f"{figures['observations']:,} windows of {figures['bucket']}, {most:,} of them judged; "
        f"used: {figures['used']}"
    )
    # in 80 columns, names of models need the room more than headings do
    headings = [name.replace("_", "\n") for name in FIGURES]
    shown = figures_table(["model"], headings, box=SIMPLE, padding=0, pad_edge=False)
    shown.columns[0].min_width = 15
    for model in models:
        cells = ["–" if model[name] is None else f"{model[name]:.4g}" for name in FIGURES]
        shown.add_row(model["name"].rpartition(".")[2], *cells)
    console.print(shown)
    for model in models:
        if model["buckets"] < most:
            console.print(f"{model['name']}: judged on {model['buckets']:,} windows only")
    for line in _words(figures):
        console.print(line)
    if (found := table(figures["mixture"])) is not None:
        console.print(found)
    console.print("what the columns mean: pricetide evaluate --help")
