"""`pricetide rollback`: back to earlier prices."""

from __future__ import annotations

import argparse

from streams.configuration.settings import Settings
from streams.steering.orders import selector
from streams.steering.send import add_actor, add_selection, give

SUMMARY = "back to the prices of a time, or of a decision"
DESCRIPTION = """\
Restore the regular prices of a time, or the one that a decision made or left in force, and hold
them until `pricetide unfreeze`. To undo a change, name the time before it.
"""
EXAMPLES = (
    "pricetide rollback 2026-01-31T08:00:00Z --category food/tea --reason mistake "
    "--bootstrap kafka:9092",
)
SETTINGS = ("bootstrap",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("to", metavar="TO", help="a time (RFC 3339 or ms) or a decision's id")
    add_selection(parser)
    add_actor(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Send the order."""
    chosen = selector(sku=options.sku, channel=options.channel, category=options.category)
    to = int(options.to) if options.to.isdecimal() else options.to
    give(settings, options, "rollback", select=chosen, to=to)
    return 0
