"""`pricetide demo`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

from rich.console import Console

from streams.commands.broker import install_with_progress
from streams.configuration.settings import Settings
from streams.demo import tally, topics
from streams.demo.console import ConsoleProcess
from streams.demo.data import tafeng
from streams.demo.data.cleaning import clean
from streams.demo.data.days import Days
from streams.demo.error import DemoError
from streams.demo.play import Play
from streams.demo.report import report
from streams.demo.screen import Screen
from streams.demo.worker import WorkerProcess
from streams.kafka.broker import BrokerError, EmbeddedBroker
from streams.recording.entry import Entry
from streams.recording.error import RecordingError
from streams.recording.writer import RecordingWriter

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
#: Exit status of what Ctrl-C ended, as shells have it.
INTERRUPTED = 130
WATCH_SECONDS = 0.2
LOOK_AROUND = """
Kafka and the worker stay up: feed it more, or look around, and Ctrl-C ends it all.
  pricetide record price-changes price-decisions --out recording --bootstrap {bootstrap}
  tail -f {log}
"""
#: Columns where the output is no terminal.
WIDTH = 100
POLICIES = Path(__file__).parents[1] / "demo" / "policies.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
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
    parser.add_argument(
        "--record", type=Path, metavar="DIR", help="write the events to a recording, start nothing"
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Run the demo; returns the exit status."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    if args.record is not None:
        try:
            _record(args, console)
        except (DemoError, RecordingError) as error:
            print(f"pricetide demo: {error}", file=sys.stderr)
            return 1
        return 0
    # while Kafka is young its clients complain of what they then try again, with success; and
    # when the demo fails they complain of not having been closed
    for name in ("aiokafka", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="pricetide-demo-"))
    # what a supervisor sends ends everything in order, as Ctrl-C does
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    status = 0
    try:
        with ExitStack() as stack:
            try:
                alive = _demo(args, settings, console, folder, stack)
                if not args.once:
                    _stay(alive)
            finally:
                # all is being stopped: a second Ctrl-C must not leave a process behind
                for number in (signal.SIGINT, signal.SIGTERM):
                    signal.signal(number, signal.SIG_IGN)
    except (DemoError, BrokerError) as error:
        print(f"pricetide demo: {error}", file=sys.stderr)
        if any(folder.iterdir()):
            print(f"The worker's log is in {folder}", file=sys.stderr)
            return 1
        status = 1
    except KeyboardInterrupt:
        console.print("Stopped before the end.")
        status = INTERRUPTED
    shutil.rmtree(folder, ignore_errors=True)
    return status


def _record(args: argparse.Namespace, console: Console) -> None:
    """The events that the demo would send, as a recording for `replay`."""
    offsets = Counter[str]()
    with RecordingWriter(args.record) as writer:
        for events in _orders(args, console):
            for event in events:
                entry = Entry(
                    event.topic, 0, offsets[event.topic], event.key, event.value, event.time
                )
                writer.write(entry)
                offsets[event.topic] += 1
    console.print(f"{offsets.total():,} events are in {args.record}")


def _demo(
    args: argparse.Namespace,
    settings: Settings,
    console: Console,
    folder: Path,
    stack: ExitStack,
) -> Callable[[], None]:
    """Run up to the summary; what is started is stopped by `stack`.

    Returns a function that raises what has gone wrong since.
    """
    days = _orders(args, console)
    watched: list[Callable[[], None]] = []
    ours = settings.bootstrap is None
    if ours:
        install_with_progress()
        broker = stack.enter_context(EmbeddedBroker())
        watched.append(broker.require_running)
        settings = _on(broker, settings)
    topics.create(settings, ours=ours)
    if not ours:
        asyncio.run(topics.require_empty(settings))
    worker = WorkerProcess(settings, POLICIES, folder / "worker.log")
    stack.callback(worker.stop)
    watched.append(worker.require_running)
    console.print(
        f"Kafka{' of its own' if ours else ''} at {settings.bootstrap}; worker {worker.pid} with "
        f"the policies in {POLICIES.name}, its log in {worker.log}",
    )
    if not args.once:
        looker = ConsoleProcess(settings, folder / "console.log")
        stack.callback(looker.stop)
        console.print(f"Look in with a browser: {looker.url}")

    def alive() -> None:
        for check in watched:
            check()

    counts = tally.Tally()
    with Screen(console, days) as screen:
        play = Play(settings, days, args.speed, screen.show, alive)
        stage = asyncio.run(play.run())
        asyncio.run(tally.read(settings, counts))
    if not counts.changes:
        raise DemoError(f"no price changed; the worker's last words:\n{worker.tail()}")
    console.print(report(days, stage, counts))
    if not args.once:
        console.print(LOOK_AROUND.format(bootstrap=settings.bootstrap, log=worker.log))
    return alive


def _on(broker: EmbeddedBroker, settings: Settings) -> Settings:
    update: dict[str, object] = {"bootstrap": broker.bootstrap}
    if "partitions" not in settings.model_fields_set:
        update["partitions"] = PARTITIONS
    return settings.model_copy(update=update)


def _stay(alive: Callable[[], None]) -> None:
    with suppress(KeyboardInterrupt):
        while True:
            alive()
            time.sleep(WATCH_SECONDS)


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
