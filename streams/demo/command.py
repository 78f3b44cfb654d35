"""`pricetide demo`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import shutil
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from streams.broker import BrokerError, EmbeddedBroker
from streams.broker.command import install_with_progress
from streams.demo import tafeng, tally, topics
from streams.demo.cleaning import clean
from streams.demo.days import Days
from streams.demo.error import DemoError
from streams.demo.play import Play
from streams.demo.report import report
from streams.demo.screen import Screen
from streams.demo.worker import WorkerProcess
from streams.settings import Settings

DESCRIPTION = """\
See it work: the real orders of a Taiwanese grocer (TaFeng, November 2000 to February 2001) go
through a live worker on a real Kafka, and a small shop applies its prices. Clicks and competitors
are made up from the orders, and labelled synthetic.

Without --bootstrap it starts a Kafka of its own; with it, that Kafka must hold no orders yet.

Example:
  pricetide demo --once
"""

SETTINGS = ("bootstrap", "app")
#: Nearly half of all order lines, in a minute or two on two cores.
DEFAULT_ITEMS = 1000
#: One worker on two cores: more partitions would only cut its batches smaller.
PARTITIONS = 2
#: Columns where the output is no terminal.
WIDTH = 100
POLICIES = Path(__file__).with_name("policies.json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's description and flags."""
    parser.description = DESCRIPTION
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--once", action="store_true", help="end with the summary")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--all", action="store_true", help="all 817,741 order lines")
    which.add_argument(
        "--items",
        type=_positive(int),
        default=DEFAULT_ITEMS,
        metavar="N",
        help=f"only the N best-selling items (default {DEFAULT_ITEMS:,})",
    )
    parser.add_argument(
        "--days", type=_positive(int), metavar="N", help="only the first N days (default: all 120)"
    )
    parser.add_argument(
        "--speed",
        type=_positive(float),
        metavar="DAYS",
        help="days a second (default: as fast as the worker takes them)",
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Run the demo; returns the exit status."""
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    # while Kafka is young its clients complain of what they then try again, with success; and
    # when the demo fails they complain of not having been closed
    for name in ("aiokafka", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="pricetide-demo-"))
    try:
        with ExitStack() as stack:
            try:
                asyncio.run(_demo(args, settings, console, folder, stack))
            finally:
                _ignore_signals()
    except (DemoError, BrokerError) as error:
        print(f"pricetide demo: {error}", file=sys.stderr)
        print(f"The worker's log, if it got so far, is in {folder}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        console.print("stopped")
        shutil.rmtree(folder, ignore_errors=True)
        return 130
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _ignore_signals() -> None:
    """From now on all is being stopped: a second Ctrl-C must not leave a process behind."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


async def _demo(
    args: argparse.Namespace,
    settings: Settings,
    console: Console,
    folder: Path,
    stack: ExitStack,
) -> None:
    # what a supervisor sends ends everything in order, like Ctrl-C
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, os.kill, os.getpid(), signal.SIGINT)
    days = _orders(args, console)
    ours = settings.bootstrap is None
    if ours:
        install_with_progress()
        broker = stack.enter_context(EmbeddedBroker())
        update: dict[str, object] = {"bootstrap": broker.bootstrap}
        if "partitions" not in settings.model_fields_set:
            update["partitions"] = PARTITIONS
        settings = settings.model_copy(update=update)
    topics.create(settings, ours=ours)
    if not ours:
        await topics.require_empty(settings)
    worker = WorkerProcess(settings, POLICIES, folder / "worker.log")
    stack.callback(worker.stop)
    console.print(
        f"Kafka{' of its own' if ours else ''} at {settings.bootstrap}; worker {worker.pid} with "
        f"the policies in {POLICIES.name}, its log in {worker.log}",
        highlight=False,
    )
    with Screen(console, days) as screen:
        play = Play(settings, days, args.speed, screen.show)
        stage = await play.run(worker)
        counts = tally.Tally()
        await tally.read(settings, counts)
    if not counts.changes:
        raise DemoError(f"no price changed; the worker's last words:\n{worker.tail()}")
    console.print(report(days, stage, counts))
    if not args.once:
        console.print(
            f"\nKafka and the worker stay up. Look around:\n"
            f"  pricetide record price-changes price-decisions --out ./recording "
            f"--bootstrap {settings.bootstrap}\n"
            f"  less {worker.log}\n"
            "Ctrl-C ends it all.",
            highlight=False,
        )
        await worker.watch()


def _orders(args: argparse.Namespace, console: Console) -> Days:
    sales, dropped = clean(tafeng.read(tafeng.archive()))
    left_out = ", ".join(f"{number} with {why}" for why, number in dropped.items() if number)
    days = Days.of(sales, None if args.all else args.items, args.days)
    share = len(days.sales) / len(sales)
    console.print(
        f"TaFeng: {len(sales) + sum(dropped.values()):,} real order lines; left out: {left_out}.\n"
        f"Here: {len(days.sales):,} lines ({share:.1%}), of the {len(days.assortment.names):,} "
        f"best-selling items over {len(days)} days"
        + (", which is all." if share == 1 else "; `--all` takes everything.")
    )
    return days


def _positive(kind: type[int] | type[float]) -> type[int] | type[float]:
    def parse(text: str) -> int | float:
        number = kind(text)
        if not 0 < number < 1e9:
            raise argparse.ArgumentTypeError(f"{text} is not above 0")
        return number

    parse.__name__ = "number"
    return parse  # type: ignore[return-value]
