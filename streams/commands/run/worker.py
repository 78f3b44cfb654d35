"""`pricetide worker`: price what comes in."""

from __future__ import annotations

import argparse
import asyncio
import gc
import sys
from pathlib import Path

from schemas.topics import TOPICS
from streams.configuration.policy_file import load
from streams.configuration.settings import Settings
from streams.errors import ExpectedError, InputError
from streams.extras import require
from streams.kafka.admin import provide_topics
from streams.kafka.clients import client, names
from streams.metrics.server import listen
from streams.pricer.publish_policies import publish
from streams.pricer.transactions import require_transactions
from streams.terminal.output import note
from streams.worker.process import build
from streams.worker.rehearsal import rehearse
from streams.worker.roles import ROLES, require_secret, require_used

SUMMARY = "price what comes in, until stopped"
DESCRIPTION = """\
Run a worker until it is stopped (SIGTERM or Ctrl-C: clean, within 10 s).

Any number of workers share the partitions. `--role ingest` only fills the journal, `--role price`
only prices what is in it; `all` does both. `--role train` trains the demand models of the setting
`train_models` every so often, in a process of its own, and publishes their forecasts every day
(networks need `pricetide[deep]`, trees and regressions `pricetide[sklearn]`).
`--role forecast` runs the models of the setting `forecasters`: they learn from
`demand-observations` and publish `demand-forecasts`, which prices are decided by as far as they
prove right.
Topics that are missing are created first, as `pricetide topics` would.
"""
EXAMPLES = (
    "PRICETIDE_INSTANCE=shop-0 pricetide worker --bootstrap kafka:9092 --policies policies.json",
)
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
    "shadow",
    "settings_changed",
    "metrics",
    "training",
    "train_every",
    "train_days",
    "train_models",
    "forecasting",
)

#: Python's collector looks for cycles every 700 objects by default; events are batches of far more,
#: hold no cycles, and a full collection of a large catalogue stops the worker for a tenth of a
#: second.
COLLECTIONS = (100_000, 50, 100)
#: Seconds after which a thread that waits for Python gets it. Kafka's records arrive in a thread of
#: their own; Python's 5 ms are as long as a whole transaction.
SWITCH_SECONDS = 0.001


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "--role", choices=tuple(ROLES), default="all", help="what to do (default all)"
    )
    parser.add_argument(
        "--policies", type=Path, metavar="FILE", help="publish these policies to the topic first"
    )
    parser.add_argument(
        "--log",
        choices=("debug", "info", "warning", "error"),
        default="info",
        help="how much to log (default info)",
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run until stopped."""
    role = options.role
    require_used(role, options)
    require_secret(role, settings)
    policies = load(options.policies) if options.policies else []
    if role == "train":
        # what is trained is not loaded by those who do not train
        from streams.trainer.kinds import require_packages

        require_packages(settings.train_models)
    if settings.otlp is not None:
        require("opentelemetry.exporter")
    if role == "forecast" and not settings.forecasters:
        raise InputError("--role forecast needs models: the setting forecasters names none")
    try:
        port = listen(settings.metrics) if settings.metrics else None
    except OSError as error:
        raise ExpectedError(f"cannot listen on {settings.metrics}: {error}") from None
    created = provide_topics(
        client(settings), names(settings).of(TOPICS.values()), partitions=settings.partitions
    )
    if created:
        note("worker", f"created {len(created)} topics that were missing")
    if role in ("all", "price") and settings.delivery == "exactly-once":
        asyncio.run(require_transactions(settings))
    if policies:
        asyncio.run(publish(settings, policies))
    gc.set_threshold(*COLLECTIONS)
    sys.setswitchinterval(SWITCH_SECONDS)
    if role in ("all", "price"):
        rehearse()
    build(role, options.log, settings, port, len(policies)).execute_from_commandline()
    return 0
