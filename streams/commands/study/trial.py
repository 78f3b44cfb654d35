"""`pricetide trial`: what prices decided in the shadow would have earned."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from streams.configuration.settings import Settings
from streams.studies.trial.report import trial_report
from streams.studies.trial.words import in_words
from streams.terminal.flags import add_json, add_recordings
from streams.terminal.output import figures_table, note, print_json

SUMMARY = "what prices decided in the shadow would have earned"
DESCRIPTION = """\
Say what a trial in the shadow would have earned, beside what the shop earned at its own prices.

It runs a recorded pricing-journal again, and looks at the windows in which the price of an offer
was decided in the shadow (a policy's `shadow`, or the setting). Of recorded input topics all
decisions count: nobody met them. How many shoppers came is taken from the sales; how they would
have answered to the other price, from the demand curve that is learnt by the end. Profits are by
the last known costs, taxes and fees. The 95 % interval is that of what is learnt and of chance. It
holds as far as the assumption does: it replaces no experiment with held-out products
(`pricetide lift`).

Left out are windows whose shown price is not known, and offers whose shoppers' answer to prices is
not learnt. Orders in bulk are left as they were, and nothing is sold beyond what stock allowed.
"""
EXAMPLES = (
    "pricetide record pricing-journal --out may --bootstrap kafka:9092 && pricetide trial may",
)
SETTINGS = ("partitions", "bucket", "lateness", "timezone", "ack_timeout", "shadow")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_recordings(parser)
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Replay, estimate and print."""
    report = trial_report(settings, options.recordings)
    left = report["left_out"]
    if left["no_price_known"]:
        note("trial", f"{left['no_price_known']:,} windows left out: the price shown is not known")
    if options.json:
        print_json(report)
    else:
        _show(report["trials"])
    return 0


def _show(parts: list[dict[str, Any]]) -> None:
    console = Console()
    for part in parts:
        if part["groups"]:
            console.print(_table(part))
        for line in in_words(part):
            console.print(line)


def _table(part: dict[str, Any]) -> Any:
    headings = (
        "offers",
        "units\nsold",
        "units at\nours",
        "profit",
        "profit\nat ours",
        "gain (95 %)",
    )
    table = figures_table(
        ["category"], headings, title=f"A trial in the shadow, {part['currency']}"
    )
    rows = [(group["category"], group["offers"], group) for group in part["groups"]]
    if len(rows) > 1:
        rows.append(("all", part["judged_offers"], part["total"]))
    for name, offers, found in rows:
        gain = found["gain"]
        table.add_row(
            name,
            f"{offers:,}",
            f"{found['sold']['units']:,}",
            f"{found['would']['units']:,.0f}",
            f"{found['sold']['profit']:,.0f}",
            f"{found['would']['profit']:,.0f}",
            f"{gain['mean']:+,.0f}\n{gain['lower']:+,.0f} … {gain['upper']:+,.0f}",
        )
    return table
