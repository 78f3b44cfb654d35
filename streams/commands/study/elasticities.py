"""`pricetide elasticities`: own-price elasticities of a recording."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from rich.console import Console

from streams.configuration.settings import Settings
from streams.studies.elasticity import plots
from streams.studies.elasticity.report import ASSUMES, ElasticityReport, elasticities
from streams.studies.elasticity.words import in_words
from streams.terminal.flags import add_json, add_recordings
from streams.terminal.output import figures_table, note, print_json

SUMMARY = "own-price elasticities of a recording"
DESCRIPTION = """\
Own-price elasticities of a recording, with 95 % intervals: by how many per cent units change when
the price rises by one, all else equal. Four answers stand side by side:

as sold: a regression with effects of product × channel and of weeks, promotions' flags and
competitors' prices held fixed. Right if prices did not follow demand.
robust: with what a product's channels share in a week held fixed, where their prices differ enough
within weeks; else with past sales and prices, weekday and season. Right if prices did not follow
demand beyond that.
drawn: only what chance drew of a price (a policy's `explore`). It assumes nothing.
online: what the pricer itself believes at the end of the recording.

A dash stands where the data do not tell: too few weeks or sales, a price that hardly moved, or an
interval wider than ±2. Errors may be correlated within a product's week, over all its channels.
The fewer data a product has, the more its category counts in its robust and drawn figures. All
channels of a product have its figure, but online. Where no price feed and no clicks give the price
of a window without a sale, the last known one is taken.
"""
EXAMPLES = ("pricetide elasticities recordings/monday --by category --bucket P7D --plots plots",)
SETTINGS = ("bucket", "lateness", "timezone")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_recordings(parser)
    parser.add_argument("--by", choices=("offer", "product", "category", "brand"), default="offer")
    parser.add_argument("--plots", type=Path, metavar="DIR", help=f"write {plots.FILE} there")
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Estimate and print."""
    report = elasticities(settings, options.recordings, options.by)
    if options.plots is not None:
        note("elasticities", f"plots: {plots.write(report, options.plots)}")
    note("elasticities", *report.not_taken)
    if options.json:
        print_json({"rows": report.rows})
    else:
        _show(report)
    return 0


def _show(report: ElasticityReport) -> None:
    names = [name.replace("_", " ") for name in ASSUMES]
    table = figures_table(
        [report.by], names, title=f"own-price elasticity by {report.by} (95 % interval)"
    )
    for row in report.rows:
        table.add_row(row["key"], *(_cell(row[name]) for name in ASSUMES))
    console = Console()
    console.print(table)
    for name, assumed in zip(names, ASSUMES.values(), strict=True):
        console.print(f"{name}: assumes {assumed}." if name != "online" else f"{name}: {assumed}.")
    console.print()
    for line in in_words(report):
        console.print(line)


def _cell(found: dict[str, Any] | None) -> str:
    if found is None:
        return "–"
    return f"{found['mean']:.2f} ± {found['upper'] - found['mean']:.2f}"
