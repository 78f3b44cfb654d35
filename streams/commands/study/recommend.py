"""`pricetide recommend`: what goes with what, judged on orders that it has not seen; and what was
brought by what was shown.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict

from rich.console import Console

from online_models.studies.experiments.lift import Interval
from online_models.studies.recommendations.judging import RankingJudgement, judge
from online_models.studies.recommendations.shown import ShownValue, value
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.studies.recommendations.baskets import recorded
from streams.studies.recommendations.shown import shown
from streams.terminal.flags import add_json, add_recordings, at_least
from streams.terminal.output import figures_table, print_json

SUMMARY = "what goes with what, judged on later orders; what recommendations brought"
DESCRIPTION = """\
What goes with what in recorded orders, and whether recommending it would find more than the best
sellers do.

Orders are taken as they come. The first ones are only learnt; of each later one the last item is
hidden, a few items are recommended by the rest of the basket and by what its customer bought
before, and only then is it learnt. Nothing is published. That an item was bought says that it was
found, not that it would be bought because it was recommended.

With --shown it reads `recommendations`, `orders` and `clickstream` of a live shop instead, and says
what showing them brought: the margin of those candidates that were put into a basket or ordered
next, where they were shown and where their persons were held out. It says, too, what other choices
of the same candidates would have brought, from those that were tried instead (doubly robust, with
95 % intervals over persons). Persons are distinguished by the hashes that the pricer made of them,
so PRICETIDE_CUSTOMER_KEY must be the same.
"""
EXAMPLES = (
    "pricetide recommend recordings/autumn",
    "pricetide recommend recordings/autumn --number 5 --learn-first 50 --json",
    "pricetide record recommendations orders clickstream --out may --bootstrap kafka:9092 "
    "&& pricetide recommend may --shown",
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
    parser.add_argument(
        "--shown",
        action="store_true",
        help="what the recorded recommendations brought, and what other choices would have",
    )
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Judge and print."""
    if options.shown:
        key = settings.customer_key.get_secret_value().encode()
        values = {each: value(seen) for each, seen in shown(options.recordings, key).items()}
        if options.json:
            print_json({currency: asdict(each) for currency, each in values.items()})
        else:
            for currency, each in values.items():
                _show_value(currency, each)
        return 0
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


def _show_value(currency: str, found: ShownValue) -> None:
    terminal = Console()
    title = f"{found.visits:,} recommendations to {found.persons:,} persons: {currency} each"
    headings = ("profit", "gain", "gain, 95 %")
    table = figures_table(["what is shown"], headings, title=title)
    for name, each in (("as it was", found.shown), ("nothing (held out)", found.withheld)):
        if each is not None:
            table.add_row(name, f"{each.mean:.4f}", "", "")
    for choice in found.choices:
        if choice.profit is None or choice.gain is None:
            table.add_row(choice.choice, "–", "–", choice.why)
        else:
            gain = choice.gain
            ends = _ends(gain)
            table.add_row(choice.choice, f"{choice.profit.mean:.4f}", f"{gain.mean:+.4f}", ends)
    terminal.print(table)
    if found.brought is None:
        terminal.print(f"What showing brings cannot be said: {found.held_out:,} are held out.")
        return
    brought = found.brought
    terminal.print(
        f"Showing brought {brought.mean:+.4f} {currency} per recommendation"
        f" (95 %: {_ends(brought)}), by {found.held_out:,} persons held out. What was bought less"
        " of other offers is not in it.",
        highlight=False,
    )


def _ends(interval: Interval) -> str:
    return f"{interval.lower:+.4f} to {interval.upper:+.4f}"
