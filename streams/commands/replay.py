"""`pricetide replay`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from schemas.values.instants import to_ms
from streams.configuration.policy_file import PolicyFileError, load
from streams.configuration.settings import Settings
from streams.recording.entry import Entry
from streams.recording.error import RecordingError
from streams.recording.reader import Recording
from streams.recording.writer import RecordingWriter
from streams.replay import report
from streams.replay.comparison import compare
from streams.replay.paid import Paid
from streams.replay.replay import Replay
from streams.replay.run import COMPARED, Run
from streams.replay.summary import Summary
from streams.replay.terms import Margins

DESCRIPTION = """\
Run recordings through the pricer, without Kafka.

A recorded pricing-journal gives exactly the prices that the workers gave, byte for byte. Recorded
input topics, merged by timestamp, answer "what if": --policies replaces those of the recording,
--compare sets the outcome beside that of another run: its prices, what is expected of them, and,
where that run drew prices by lot while the recorded orders were placed, an estimate of what the new
prices would have earned, from those orders, with its 95 % interval. With --out it is also written
to OUT/comparison.json.

Examples:
  pricetide record pricing-journal --out monday && pricetide replay monday
  pricetide replay monday --policies bolder.json --out bolder --compare today
"""

SETTINGS = ("partitions", "bucket", "lateness", "timezone", "ack_timeout")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "recordings", nargs="+", type=Path, metavar="RECORDING", help="a folder or file to replay"
    )
    parser.add_argument(
        "--policies", type=Path, metavar="FILE", help="use these policies, not the recorded ones"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the outputs as a recording")
    parser.add_argument(
        "--until", metavar="TIME", help="stop at this event time, RFC 3339 or epoch ms"
    )
    parser.add_argument(
        "--compare", type=Path, metavar="DIR", help="a recording of outputs to compare with"
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Replay; returns the exit status."""
    try:
        policies = load(args.policies) if args.policies else None
        until = None if args.until is None else _instant(args.until)
        old = None if args.compare is None else _outcome(args.compare)
        paid = None if old is None or not old.course.drawn else Paid(old.course)
        watch = None if paid is None else paid.watch
        replay = Replay(settings, args.recordings, policies, until, watch)
        new = Run() if old is None else Run(old.course)
        take = new.summary.add if old is None else new.add
        with RecordingWriter(args.out) if args.out else nullcontext() as writer:
            for entry in _with_progress(replay):
                take(entry)
                if writer is not None:
                    writer.write(entry)
        found = None if old is None else compare(new, old, Margins(replay.catalogues()), paid)
    except (RecordingError, PolicyFileError, ValueError) as error:
        print(f"pricetide replay: {error}", file=sys.stderr)
        return 2
    console = Console()
    _show(console, replay, new.summary)
    if found is not None:
        report.show(console, found)
        if args.out:
            report.write(found, args.out)
    return 0


def _instant(text: str) -> int:
    try:
        return to_ms(int(text) if text.isdecimal() else text)
    except ValueError as error:
        raise ValueError(f"--until: {error}") from None


def _outcome(folder: Path) -> Run:
    run = Run()
    for entry in Recording([folder], COMPARED):
        try:
            run.add(entry)
        except (msgspec.DecodeError, KeyError, ArithmeticError) as error:
            where = f"{entry.topic}-{entry.partition} offset {entry.offset}"
            raise RecordingError(f"--compare: {where}: {error}") from error
    return run


def _with_progress(replay: Replay) -> Iterator[Entry]:
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("replaying", total=len(replay.recording))
        for entry in replay:
            yield entry
            bar.update(task, completed=replay.done)


def _show(console: Console, replay: Replay, summary: Summary) -> None:
    source = "the journal" if replay.from_journal else "input topics, merged by timestamp"
    console.print(f"Replayed {len(replay.recording):,} records of {source}.")
    table = Table()
    table.add_column("published to")
    table.add_column("records", justify="right")
    for topic, number in sorted(summary.topics.items()):
        table.add_row(topic, f"{number:,}")
    console.print(table)
    outcomes = ", ".join(f"{number:,} {name}" for name, number in summary.outcomes.most_common())
    console.print(f"{len(summary.offers):,} offers priced; decisions: {outcomes or 'none'}")
    console.print(f"price-changes, SHA-256 over offers: {summary.digest.whole()}")
