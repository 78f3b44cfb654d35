"""`pricetide torture`: let go wrong what can go wrong, and see that no price does."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streams.configuration.settings import Settings

GROUP = "check"
SUMMARY = "kill workers, lose answers, freeze clocks: are all prices still exact?"
DESCRIPTION = """\
Let go wrong what can go wrong, and compare what was published with a run that nothing disturbed.

With --simulate the workers' own code runs over a Kafka in memory, in a time of its own: kills at
any await, freezes, lost and late answers, rebalances, fences, clocks that jump, topics made anew.
A seed is one run. Without --seed the seeds are those of the day. A run that goes wrong prints the
command that repeats it.
"""
EXAMPLES = (
    "pricetide torture --simulate -n 1000",
    "pricetide torture --simulate --seed 42",
)
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "--simulate", action="store_true", required=True, help="run seeds in memory"
    )
    parser.add_argument(
        "--seed", type=int, metavar="N", help="the first seed (default: of the day)"
    )
    parser.add_argument(
        "-n",
        "--number",
        type=int,
        metavar="N",
        help="how many (default: 1 with --seed, 300 without)",
    )
    parser.add_argument("--seconds", type=float, metavar="N", help="begin no run after this time")
    parser.add_argument("--first", action="store_true", help="end at the first that goes wrong")
    parser.add_argument("--report", type=Path, metavar="FILE", help="write what was found as JSON")


def run(options: argparse.Namespace, _settings: Settings) -> int:
    """Run seeds."""
    from streams.torture.simulation import simulate

    return simulate(
        options.seed, options.number, options.seconds, options.report, to_first=options.first
    )
