"""`pricetide worker`."""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import faust
from mode import Service, Worker

from schemas.topics import TOPICS
from streams.configuration.policy_file import load
from streams.configuration.settings import Settings
from streams.ingest.service import Ingest
from streams.kafka import app as frame
from streams.kafka.admin import TopicsError, provide_topics
from streams.kafka.clients import client
from streams.metrics.instruments import JOURNAL_PARTITIONS
from streams.metrics.server import Metrics, listen
from streams.pricer.agent import Pricer
from streams.pricer.publish_policies import publish
from streams.pricer.transactions import NoTransactionsError, require_transactions
from streams.trainer.needs import NO_TENSORFLOW, tensorflow_installed
from streams.trainer.service import Trainer

DESCRIPTION = """\
Run a worker until it is stopped (SIGTERM or Ctrl-C: clean, within 10 s).

Any number of workers share the partitions. `--role ingest` only fills the journal, `--role price`
only prices what is in it; `all` does both. `--role train` trains the deep demand models every so
often, in a process of its own, and publishes each as a challenger (needs `pricetide[deep]`).
Topics that are missing are created first, as `pricetide topics` would.

Example:
  PRICETIDE_INSTANCE=shop-0 pricetide worker --bootstrap kafka:9092 --policies policies.json
"""

SETTINGS = (
    "bootstrap",
    "app",
    "instance",
    "partitions",
    "delivery",
    "transaction_ms",
    "snapshot_seconds",
    "bucket",
    "lateness",
    "timezone",
    "ack_timeout",
    "metrics",
    "training",
    "train_every",
    "train_days",
    "train_models",
)


#: Python's collector looks for cycles every 700 objects by default; events are batches of far more,
#: hold no cycles, and a full collection of a large catalogue stops the worker for a tenth of a
#: second.
COLLECTIONS = (100_000, 50, 100)


#: Seconds after which a thread that waits for Python gets it. Kafka's records arrive in a thread of
#: their own; Python's 5 ms are as long as a whole transaction.
SWITCH_SECONDS = 0.001


class _Quiet:
    """Faust lets every record through to its handlers; building aiokafka's debug records alone
    would cost a worker a twentieth of its time.
    """

    def on_setup_root_logger(self, logger: logging.Logger, level: int) -> None:
        """Called once logging is set up."""
        del logger
        logging.getLogger("aiokafka").setLevel(max(level, logging.INFO))


class _Worker(_Quiet, faust.Worker):  # type: ignore[misc]
    """Ingest and pricer, or the pricer alone."""


class _PlainWorker(_Quiet, Worker):  # type: ignore[misc]
    """Ingest or the trainer alone, without Faust's frame."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "--role",
        choices=("all", "ingest", "price", "train"),
        default="all",
        help="what to do (default all)",
    )
    parser.add_argument(
        "--policies", type=Path, metavar="FILE", help="publish these policies to the topic first"
    )
    parser.add_argument(
        "--log",
        choices=("debug", "info", "warning", "error"),
        default="info",
        help="how much to tell (default info)",
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Run until stopped."""
    policies = load(args.policies) if args.policies else []
    if args.role == "train" and not tensorflow_installed():
        print(f"pricetide worker: {NO_TENSORFLOW}", file=sys.stderr)
        return 2
    try:
        port = listen(settings.metrics) if settings.metrics else None
    except OSError as error:
        print(f"pricetide worker: cannot listen on {settings.metrics}: {error}", file=sys.stderr)
        return 1
    try:
        created = provide_topics(client(settings), TOPICS.values(), partitions=settings.partitions)
    except TopicsError as error:
        print(f"pricetide worker: {error}", file=sys.stderr)
        return 1
    if created:
        print(f"pricetide worker: created {len(created)} topics that were missing", file=sys.stderr)
    if args.role in ("all", "price") and settings.delivery == "exactly-once":
        try:
            asyncio.run(require_transactions(settings))
        except NoTransactionsError as error:
            print(f"pricetide worker: {error}", file=sys.stderr)
            return 1
    if policies:
        asyncio.run(publish(settings, policies))
    gc.set_threshold(*COLLECTIONS)
    sys.setswitchinterval(SWITCH_SECONDS)
    _build(args.role, args.log, settings, port).execute_from_commandline()
    return 0


def _build(role: str, log: str, settings: Settings, port: socket.socket | None) -> Worker:
    """The worker of a role; at `port` it tells how it fares."""
    services: list[Service] = []
    readiness: list[Callable[[], bool]] = []
    if port is not None:
        services.append(Metrics(port, lambda: all(ready() for ready in readiness)))
    if role in ("all", "ingest"):
        ingest = Ingest(settings)
        services.append(ingest)
        readiness.append(lambda: ingest.ready)
    elif role == "train":
        services.append(Trainer(settings))
    if role in ("ingest", "train"):
        return _PlainWorker(*services, loglevel=log, redirect_stdouts=False)
    JOURNAL_PARTITIONS.set(settings.partitions)
    app = frame.create(settings)
    pricer = Pricer(app, settings)
    readiness.append(lambda: pricer.ready)
    return _Worker(app, *services, loglevel=log, redirect_stdouts=False)
