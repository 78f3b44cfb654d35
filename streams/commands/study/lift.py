"""`pricetide lift`: what experiments have shown so far."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from rich.console import Console

from online_models.studies.experiments.lift import Interval
from streams.configuration.settings import Settings
from streams.studies.lift.measure import Measured
from streams.studies.lift.recorded import measured_experiments
from streams.terminal.flags import add_json, add_recordings
from streams.terminal.output import figures_table, print_json

SUMMARY = "what experiments with held-out offers have shown so far"
DESCRIPTION = """\
Say what experiments have shown: the profit of the offers that a policy's `experiment` prices,
against that of those it holds out.

It reads `products`, `price-decisions` and `demand-observations`, as recorded from the topics or
written by a replay. Look as often as you like and stop when you like: the interval "at any time"
holds the truth on all days at once with 95 %. The narrower one, "looked at once", holds it on a
single day that was fixed before. Profits are by the last known costs, taxes and fees, per day and
unit (SKU or offer, as the experiment drew), adjusted by what each unit earned before.
"""
EXAMPLES = (
    "pricetide record products price-decisions demand-observations --out autumn "
    "--bootstrap kafka:9092 && pricetide lift autumn",
)
SETTINGS = ("rates",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_recordings(parser)
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Measure and print."""
    found = measured_experiments(options.recordings, settings)
    if options.json:
        print_json({"experiments": [asdict(each) for each in found]})
    else:
        _show(found)
    return 0


def _show(found: list[Measured]) -> None:
    console = Console()
    headings = ("held out", "treated", "days", "at any time", "looked at once")
    title = "Profit of treated over held-out units (95 %)"
    table = figures_table(["experiment"], headings, title=title)
    for each in found:
        name = f"{each.name} ({each.currency}, by {each.unit})"
        counts = str(each.held_out), str(each.treated), str(each.days)
        lift = each.lift
        shares = () if lift is None else map(_share, (lift.relative_sequence, lift.relative))
        table.add_row(name, *counts, *shares)
    console.print(table)
    for each in found:
        console.print(f"{each.name}: {_verdict(each)}")
        if each.unpriced:
            console.print(f"{each.name}: {each.unpriced:,} units sold at unknown prices left out.")


def _share(share: Interval) -> str:
    return f"{share.mean:+.1%} ({share.lower:+.1%} … {share.upper:+.1%})"


def _verdict(each: Measured) -> str:
    if each.lift is None:
        return f"no interval yet: {each.why}."
    always = each.lift.sequence
    if always.lower > 0.0:
        return "the treated units earn more; you may stop."
    if always.upper < 0.0:
        return "the treated units earn less; you may stop."
    return "not decided yet; go on."
