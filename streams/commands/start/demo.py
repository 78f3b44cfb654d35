"""`pricetide demo`: see it work."""

from __future__ import annotations

import argparse
from pathlib import Path

from streams.configuration.settings import Settings
from streams.demo.run import DemoOptions, record_events, run_demo, summary_console
from streams.errors import ExpectedError, InputError
from streams.recording.entry import RecordingError
from streams.terminal.flags import at_least

SUMMARY = "see it work on real orders, on this machine"
DESCRIPTION = """\
See it work: the real orders of a Taiwanese grocer (TaFeng, November 2000 to February 2001) go
through a live worker on a real Kafka, and a small shop applies its prices. Clicks and competitors
are made up from the orders, and labelled synthetic.

Without --bootstrap it starts a Kafka of its own; with it, that Kafka must hold no orders yet.
"""
EXAMPLES = ("pricetide demo --once",)
SETTINGS = ("bootstrap", "app")
#: Nearly half of all order lines, in a minute or two on two cores.
DEFAULT_ITEMS = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("--once", action="store_true", help="end with the summary")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="all 817,741 order lines")
    which.add_argument(
        "--items",
        type=at_least(1),
        default=DEFAULT_ITEMS,
        metavar="N",
        help=f"only the N best-selling items (default {DEFAULT_ITEMS:,})",
    )
    parser.add_argument(
        "--days", type=at_least(1), metavar="N", help="only the first N days (default: all 120)"
    )
    parser.add_argument(
        "--speed",
        type=_above_zero,
        metavar="DAYS",
        help="days a second (default: as fast as the worker takes them)",
    )
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--feed-only",
        action="store_true",
        help="start no worker: feed those that run at --bootstrap, and apply their prices",
    )
    kind.add_argument(
        "--record", type=Path, metavar="DIR", help="write the events to a recording, start nothing"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run the demo, or record its events."""
    items = None if options.all else options.items
    wanted = DemoOptions(items, options.days, options.speed, options.once, options.feed_only)
    if wanted.feed_only and settings.bootstrap is None:
        raise InputError("--feed-only needs the Kafka whose workers price: --bootstrap")
    if options.record is None:
        run_demo(wanted, settings, summary_console())
        return 0
    try:
        record_events(wanted, options.record, summary_console())
    except RecordingError as error:
        raise ExpectedError(str(error)) from None
    return 0


def _above_zero(text: str) -> float:
    number = float(text)
    if not 0.0 < number < 1e9:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return number
