"""`pricetide reject`: turn proposals down."""

from __future__ import annotations

import argparse

from streams.configuration.settings import Settings
from streams.steering.send import add_actor, answer

SUMMARY = "turn proposals down"
DESCRIPTION = """\
Turn proposals down, by the ids of their decisions. One that a later
decision has replaced does nothing, and comes back as the alert control_ignored.
"""
EXAMPLES = ("pricetide reject 5d1f0c3b2a624de5ce516289-4 --bootstrap kafka:9092",)
SETTINGS = ("bootstrap",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("decision_id", nargs="+", metavar="DECISION_ID", help="of a proposal")
    add_actor(parser, reason=False)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Send the order."""
    answer(settings, options, "reject")
    return 0
