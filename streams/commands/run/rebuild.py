"""`pricetide rebuild`: the state anew from an archived journal."""

from __future__ import annotations

import argparse
import asyncio

from streams.archive.rebuilding import Rebuilt, rebuild, require_partitions, require_stopped
from streams.archive.store import store
from streams.configuration.settings import Settings
from streams.kafka.clients import bootstrap
from streams.terminal.progress import progress

SUMMARY = "make the state anew from an archived journal"
DESCRIPTION = """\
Make the state of every partition anew from an archived journal (`pricetide journal archive`), and
write it as the newest snapshot, from which workers of this release start.

Use it where the changelog asks for it, or no release is at hand that reads the snapshots. Stop the
workers first. It folds the journal up to where prices are published and publishes none itself: the
next worker goes on exactly there.
"""
EXAMPLES = ("pricetide rebuild --from /var/lib/pricetide/journal --bootstrap kafka:9092",)
SETTINGS = ("bootstrap", "app", "partitions", "bucket", "lateness", "timezone", "ack_timeout")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "--from", dest="archive", required=True, metavar="DIR", help="folder or URL of the archive"
    )
    parser.add_argument("--dry-run", action="store_true", help="fold everything, write nothing")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Rebuild every partition, and say what each holds."""
    bootstrap(settings)
    files = store(options.archive)
    require_partitions(settings)
    if not options.dry_run:
        require_stopped(settings)
    with progress("journal records") as show:

        def report(partition: int, done: int, total: int) -> None:
            show(done, total, f"partition {partition}")

        for partition in range(settings.partitions):
            work = rebuild(settings, files, partition, report, write=not options.dry_run)
            print(_line(partition, asyncio.run(work)))
    return 0


def _line(partition: int, found: Rebuilt | None) -> str:
    if found is None:
        return f"partition {partition}: nothing of it was ever priced"
    return f"partition {partition}: {found.offers:,} offers, state at {found.offset}"
