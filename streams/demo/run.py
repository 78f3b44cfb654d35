"""The demo from its orders to its summary."""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from streams.configuration.settings import Settings
from streams.demo import output_counts, topics
from streams.demo.closed_loop import ClosedLoop
from streams.demo.data import tafeng
from streams.demo.data.days import Days
from streams.demo.data.tafeng import clean
from streams.demo.processes import ConsoleProcess, WorkerProcess
from streams.demo.report import progress_bar, report
from streams.errors import DemoError, ExpectedError
from streams.kafka.broker import BrokerError, EmbeddedBroker, jars
from streams.kafka.retention import keep_all
from streams.recording.entry import Entry
from streams.recording.writer import RecordingWriter
from streams.terminal.progress import progress

#: One worker on two cores: more partitions would only cut its batches smaller.
PARTITIONS = 2
WATCH_SECONDS = 0.2
LOOK_AROUND = """
Kafka and the worker stay up: feed it more, or look around, and Ctrl-C ends it all.
  pricetide record price-changes price-decisions --out recording --bootstrap {bootstrap}
  tail -f {log}
"""
#: Columns where the output is no terminal.
WIDTH = 100
POLICIES = Path(__file__).with_name("policies.json")


@dataclass(frozen=True)
class DemoOptions:
    """What of the data to send, and how.

    items: the best sellers that are sent, None for all. days: the first ones only, None for all.
    speed: days of event time a second, None for as fast as the worker takes them. once: end with
    the summary. feed_only: start no worker, others run.
    """

    items: int | None
    days: int | None
    speed: float | None
    once: bool
    feed_only: bool = False

    @property
    def stays(self) -> bool:
        """Whether there is something to look at after the summary, until Ctrl-C."""
        return not (self.once or self.feed_only)


def summary_console() -> Console:
    """Where the demo says what happens."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    return console


def run_demo(wanted: DemoOptions, settings: Settings, console: Console) -> None:
    """Run it; what it starts it also stops.

    DemoError or BrokerError where it cannot go on, KeyboardInterrupt after Ctrl-C or SIGTERM.
    """
    # while Kafka is young its clients complain of what they then try again, with success; and
    # when the demo fails they complain of not having been closed
    for name in ("aiokafka", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    folder = Path(tempfile.mkdtemp(prefix="pricetide-demo-"))
    # what a supervisor sends ends everything in order, as Ctrl-C does
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with ExitStack() as stack:
            try:
                alive = _played(wanted, settings, console, folder, stack)
                if wanted.stays:
                    _stay(alive)
            finally:
                # all is being stopped: a second Ctrl-C must not leave a process behind
                for number in (signal.SIGINT, signal.SIGTERM):
                    signal.signal(number, signal.SIG_IGN)
    except KeyboardInterrupt:
        console.print("Stopped before the end.")
        shutil.rmtree(folder, ignore_errors=True)
        raise
    except (DemoError, BrokerError) as error:
        if any(folder.iterdir()):
            raise ExpectedError(f"{error}\nThe worker's log is in {folder}") from None
        shutil.rmtree(folder, ignore_errors=True)
        raise
    shutil.rmtree(folder, ignore_errors=True)


def record_events(wanted: DemoOptions, folder: Path, console: Console) -> None:
    """The events that the demo would send, as a recording for `replay`."""
    offsets = Counter[str]()
    with RecordingWriter(folder) as writer:
        for events in _orders(wanted, console):
            for event in events:
                entry = Entry(
                    event.topic, 0, offsets[event.topic], event.key, event.value, event.time
                )
                writer.write(entry)
                offsets[event.topic] += 1
    console.print(f"{offsets.total():,} events are in {folder}")


def _played(
    wanted: DemoOptions,
    settings: Settings,
    console: Console,
    folder: Path,
    stack: ExitStack,
) -> Callable[[], None]:
    """Run up to the summary; what is started is stopped by `stack`.

    Returns a function that raises what has gone wrong since.
    """
    days = _orders(wanted, console)
    watched: list[Callable[[], None]] = []
    ours = settings.bootstrap is None
    if ours:
        with progress("Apache Kafka, once", in_bytes=True) as show:
            jars.install(show)
        broker = stack.enter_context(EmbeddedBroker())
        watched.append(broker.require_running)
        settings = _on(broker, settings)
    topics.create(settings, ours=ours)
    if not ours:
        asyncio.run(topics.require_empty(settings))
    if wanted.feed_only:
        # events of TaFeng are older than any retention
        keep_all(settings)
        console.print(f"Kafka at {settings.bootstrap}; the workers there are to price.")
        worker = None
    else:
        worker = WorkerProcess(settings, POLICIES, folder / "worker.log")
        stack.callback(worker.stop)
        watched.append(worker.require_running)
        console.print(
            f"Kafka{' of its own' if ours else ''} at {settings.bootstrap}; worker {worker.pid} "
            f"with the policies in {POLICIES.name}, its log in {worker.log}",
        )
    if wanted.stays:
        if find_spec("fastapi") is None:
            console.print("No console to look in: pip install 'pricetide[console]' brings it.")
        else:
            looker = ConsoleProcess(settings, folder / "console.log")
            stack.callback(looker.stop)
            console.print(f"Look in with a browser: {looker.url}")

    def alive() -> None:
        for check in watched:
            check()

    counts = output_counts.OutputCounts()
    with progress_bar(console, days) as show_stage:
        play = ClosedLoop(settings, days, wanted.speed, show_stage, alive)
        stage = asyncio.run(play.run())
        asyncio.run(output_counts.read(settings, counts))
    if not counts.changes:
        log = f"; the end of the worker's log:\n{worker.tail()}" if worker else ""
        raise DemoError(f"no price changed{log}")
    console.print(report(days, stage, counts))
    if wanted.stays and worker:
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


def _orders(wanted: DemoOptions, console: Console) -> Days:
    sales, dropped = clean(tafeng.read(tafeng.archive()))
    left_out = ", ".join(f"{number} with {why}" for why, number in dropped.items() if number)
    days = Days.of(sales, wanted.items, wanted.days)
    share = len(days.sales) / len(sales)
    console.print(
        f"TaFeng: {len(sales) + sum(dropped.values()):,} real order lines; left out: {left_out}.\n"
        f"Here: {len(days.sales):,} lines ({share:.1%}), of the {len(days.assortment.names):,} "
        f"best-selling items over {len(days)} days"
        + (", which is all." if share == 1 else "; `--all` takes everything.")
    )
    return days
