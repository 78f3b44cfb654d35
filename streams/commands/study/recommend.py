"""`pricetide recommend`: what goes with what, judged on orders that it has not seen."""

from __future__ import annotations

import argparse

from rich.console import Console

from online_models.studies.recommendations.judging import RankingJudgement, judge
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.studies.recommendations.baskets import recorded
from streams.terminal.flags import add_json, add_recordings, at_least
from streams.terminal.output import figures_table, print_json

SUMMARY = "what goes with what, judged on later orders"
DESCRIPTION = """\
What goes with what in recorded orders, and whether recommending it would find more than the best
sellers do.

Orders are taken as they come. The first ones are only learnt; of each later one the last item is
hidden, a few items are recommended by the rest of the basket and by what its customer bought
before, and only then is it learnt. Nothing is published. That an item was bought says that it was
found, not that it would be bought because it was recommended.
"""
EXAMPLES = (
    "pricetide recommend recordings/autumn",
    "pricetide recommend recordings/autumn --number 5 --learn-first 50 --json",
)
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_recordings(parser)
    parser.add_argument(
        "--number", type=at_least(1), default=3, metavar="N", help="items at a time (default 3)"
    )
    parser.add_argument(
        "--learn-first",
        type=at_least(1),
        default=80,
        metavar="PERCENT",
        help="share of the orders that are learnt and not judged (default 80)",
    )
    add_json(parser)


def run(options: argparse.Namespace, _settings: Settings) -> int:
    """Judge and print."""
    if options.learn_first >= 100:
        raise InputError(f"--learn-first: {options.learn_first} leaves no order to judge")
    found = recorded(options.recordings)
    first = len(found) * options.learn_first // 100
    try:
        judged = judge(found, options.number, first)
    except ValueError as error:
        raise InputError(str(error)) from None
    if options.json:
        print_json(judged.document())
    else:
        _show(judged)
    return 0


def _show(judged: RankingJudgement) -> None:
    title = f"{judged.orders:,} orders, {judged.number} items each"
    table = figures_table([""], ["recommended", "best sellers"], title=title)
    table.add_row("last item found", f"{judged.hits:.2%}", f"{judged.popular_hits:.2%}")
    table.add_row("its margin, an order", f"{judged.margin:.3f}", f"{judged.popular_margin:.3f}")
    terminal = Console()
    terminal.print(table)
    terminal.print(
        f"margin found: {judged.gain:+.1%} (95 %: {judged.gain_lower:+.1%} to"
        f" {judged.gain_upper:+.1%})",
        highlight=False,
    )
