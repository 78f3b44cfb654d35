"""`pricetide journal`: the journal kept beyond Kafka's retention."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from streams.archive import segments
from streams.archive.extracting import extract
from streams.archive.segments import Segment
from streams.archive.store import store
from streams.archive.verifying import verify
from streams.archive.writing import Archiver
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.kafka.clients import bootstrap
from streams.stopping import when_stopped
from streams.terminal.output import note

SUMMARY = "keep the journal beyond Kafka's retention"
DESCRIPTION = """\
Keep the journal in a folder or an object store, from which this release or a later one can make the
state anew (`pricetide rebuild`).

archive  copies the journal to it, on and on until SIGINT or SIGTERM, or with --once up to its
         present end. Begin while all of the journal is there. It goes on where the archive ends,
         also after a kill; every file is read back and compared once it is written.
verify   reads all of an archive, and says what it holds.
extract  writes it as a recording of pricing-journal, which `pricetide replay` reads.

An object store is named by its URL, such as s3://bucket/shop. It needs pricetide[archive] and the
store's own package (s3fs, gcsfs, adlfs).
"""
EXAMPLES = (
    "pricetide journal archive --to /var/lib/pricetide/journal --bootstrap kafka:9092",
    "pricetide journal verify --from s3://bucket/shop",
    "pricetide journal extract --from s3://bucket/shop --out whole && pricetide replay whole",
)
SETTINGS = ("bootstrap",)
#: The flags that each action needs, beside which it takes no other.
NEEDED = {"archive": ("to",), "verify": ("from",), "extract": ("from", "out")}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("action", choices=tuple(NEEDED), help="what to do")
    parser.add_argument("--to", metavar="DIR", help="archive: folder or URL to write to")
    parser.add_argument("--once", action="store_true", help="archive: end at the present end")
    parser.add_argument("--from", metavar="DIR", help="verify, extract: folder or URL to read")
    parser.add_argument("--out", metavar="DIR", help="extract: folder of the recording")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Archive, verify or extract."""
    given = vars(options)
    for flag in ("to", "from", "out"):
        if (given[flag] is not None) != (flag in NEEDED[options.action]):
            verb = "needs" if given[flag] is None else "takes no"
            raise InputError(f"journal {options.action} {verb} --{flag}")
    if options.action == "archive":
        return _archive(options, settings)
    if options.once:
        raise InputError(f"journal {options.action} takes no --once")
    files = store(given["from"])
    if options.action == "verify":
        for line in verify(files):
            print(line)
        return 0
    records = extract(files, Path(options.out))
    print(f"{records:,} records written to {options.out}")
    return 0


def _archive(options: argparse.Namespace, settings: Settings) -> int:
    bootstrap(settings)
    archiver = Archiver(settings, store(options.to), _report)
    asyncio.run(_until_signal(archiver, follow=not options.once))
    records, files = archiver.counts
    print(f"{records:,} records of the journal archived in {files:,} files")
    return 0


async def _until_signal(archiver: Archiver, *, follow: bool) -> None:
    stop = asyncio.Event()
    when_stopped(stop.set)
    await archiver.run(stop, follow=follow)


def _report(segment: Segment) -> None:
    where = segments.folder(segment.partition)
    note("journal", f"{where}: {segment.first} to {segment.last} written")
