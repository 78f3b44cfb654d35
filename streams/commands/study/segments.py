"""`pricetide segments`: groups of items and of customers."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from streams.configuration.settings import Settings
from streams.extras import require
from streams.studies.segments.groups import METHODS, customer_table, group, item_table
from streams.terminal.flags import add_json, add_recordings, at_least
from streams.terminal.output import figures_table, print_json

SUMMARY = "groups of items and of customers in a recording"
DESCRIPTION = """\
Groups of items, by how they sell (from demand-observations and products of a recording), or of
customers, by how they buy (from orders).

Each group shows as its members' means. With --json every member is named with its group: write an
item's group into the `tags` of its product, and a policy can select by it; write a customer's into
the `segment` of his orders, and policies' `segments` give him their terms.
"""
EXAMPLES = (
    "pricetide segments recordings/autumn --by item",
    "pricetide segments recordings/autumn --by customer --method hierarchical --json",
)
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_recordings(parser)
    parser.add_argument("--by", choices=("item", "customer"), default="item")
    parser.add_argument("--method", choices=tuple(METHODS), default="k-means")
    parser.add_argument(
        "--most", type=at_least(2), default=8, metavar="N", help="groups at most (default 8)"
    )
    add_json(parser)


def run(options: argparse.Namespace, _settings: Settings) -> int:
    """Find the groups and print them."""
    require("sklearn")
    table = (item_table if options.by == "item" else customer_table)(options.recordings)
    found = group(table, options.method, options.most)
    if options.json:
        print_json(found)
    else:
        _show(found, table.features)
    return 0


def _show(found: dict[str, Any], features: tuple[str, ...]) -> None:
    # a group a column: names of features would not fit beside each other into 80
    groups = found["groups"]
    title = "groups, as the means of their members"
    numbers = [str(each["group"]) for each in groups]
    table = figures_table(["group"], numbers, title=title, title_justify="left")
    table.columns[0].no_wrap = True
    table.add_row("members", *(str(each["members"]) for each in groups))
    for name in features:
        table.add_row(name, *(f"{each['means'][name]:.3g}" for each in groups))
    Console().print(table)
