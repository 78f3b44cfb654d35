"""`pricetide elasticities`: own-price elasticities of a recording."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from streams.configuration.settings import Settings
from streams.studies.elasticities import METHODS, elasticities
from streams.terminal.flags import add_json, add_recordings
from streams.terminal.output import figures_table, note, print_json

GROUP = "study"
SUMMARY = "own-price elasticities of a recording"
DESCRIPTION = """\
Own-price elasticities of a recording, with 95 % intervals: by how many per cent units change when
the price rises by one, all else equal.

double-ml (the default) explains both units and price by promotions, competitors, past sales, past
prices, weekday, season and what a category shares at a time, by regressions fitted on other
product-buckets than they are used for, and relates what is left of the one to what is left of the
other. Products borrow from their category as far as their own data are thin.
online is what the pricer itself believes at the end of the recording.

What identifies it: price moves that none of these controls predict. A merchant who cuts prices
because he knows of weak demand, from a source that is not in the recording, biases every estimate
of this kind towards zero or beyond; moves drawn by chance (a policy's `explore`) are free of it.
Where prices hardly move the data say hardly anything, and the interval is wide. Where no price
feed and no clicks give the price of a bucket without a sale, the last known one is taken.
"""
EXAMPLES = ("pricetide elasticities recordings/monday --by category --bucket P7D",)
SETTINGS = ("bucket", "lateness", "timezone")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_recordings(parser)
    parser.add_argument("--by", choices=("offer", "category", "brand"), default="offer")
    parser.add_argument("--method", choices=METHODS, default=METHODS[0])
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Estimate and print."""
    by, method = options.by, options.method
    rows, not_taken = elasticities(settings, options.recordings, by, method, not options.json)
    note("elasticities", *not_taken)
    if options.json:
        print_json({"rows": [{k: v for k, v in row.items() if k != "cross"} for row in rows]})
    else:
        _show(rows, by, method)
    return 0


def _show(rows: list[dict[str, Any]], by: str, method: str) -> None:
    figures = ("own", "95 % interval", "to the category's others")
    table = figures_table([by], figures, title=f"own-price elasticity by {by}, {method}")
    for row in rows:
        cross = "–" if row["cross"] is None else "{:+.2f} ± {:.2f}".format(*row["cross"])
        interval = f"{row['lower']:.2f} … {row['upper']:.2f}"
        table.add_row(row["key"], f"{row['own']:.2f}", interval, cross)
    console = Console()
    console.print(table)
    console.print("own: by how many per cent sales change where the price is 1 % higher; where the")
    console.print("interval includes 0, this recording does not show an effect")
    console.print("what identifies these figures, and what does not: pricetide elasticities --help")
