"""`pricetide replay`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from schemas.instants import to_ms
from streams.policy_file import PolicyFileError, load
from streams.recording.entry import Entry
from streams.recording.error import RecordingError
from streams.recording.reader import Recording
from streams.recording.writer import RecordingWriter
from streams.replay.replay import Replay
from streams.replay.summary import Comparison, Summary, compare
from streams.settings import Settings

DESCRIPTION = """\
Run recordings through the pricer, without Kafka.

A recorded pricing-journal gives exactly the prices that the workers gave, byte for byte. Recorded
input topics, merged by timestamp, answer "what if": --policies replaces those of the recording,
--compare sets the outcome beside that of another run.

Examples:
  pricetide record pricing-journal --out monday && pricetide replay monday
  pricetide replay monday --policies bolder.json --out bolder --compare today
"""

SETTINGS = ("partitions", "bucket", "lateness", "timezone", "ack_timeout")
#: Differences shown; all of them are in the recordings.
SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's description and flags."""
    parser.description = DESCRIPTION
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
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
        replay = Replay(settings, args.recordings, policies, until)
        old = None if args.compare is None else _outcome(args.compare)
        summary = Summary()
        with RecordingWriter(args.out) if args.out else nullcontext() as writer:
            for entry in _with_progress(replay):
                summary.add(entry)
                if writer is not None:
                    writer.write(entry)
    except (RecordingError, PolicyFileError, ValueError) as error:
        print(f"pricetide replay: {error}", file=sys.stderr)
        return 2
    console = Console()
    _show(console, replay, summary)
    if old is not None:
        _show_comparison(console, compare(summary, old), summary, old)
    return 0


def _instant(text: str) -> int:
    try:
        return to_ms(int(text) if text.isdecimal() else text)
    except ValueError as error:
        raise ValueError(f"--until: {error}") from None


def _outcome(folder: Path) -> Summary:
    summary = Summary()
    for entry in Recording([folder], {"price-changes", "price-decisions"}):
        summary.add(entry)
    return summary


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


def _show_comparison(console: Console, found: Comparison, summary: Summary, old: Summary) -> None:
    if found.identical:
        console.print("Compared: the price changes are identical, byte for byte.")
        return
    console.print(
        f"Compared: {found.same:,} offers end at the same price, {len(found.different):,} at "
        f"another, {found.missing:,} are in one run only. Expected profit over the policies' "
        f"horizons: {summary.profit:,} (was {old.profit:,})."
    )
    if not found.different:
        return
    table = Table(title="Largest differences of the last price")
    for column in ("sku", "channel", "price", "was", "changes", "were"):
        table.add_column(column, justify="left" if column in ("sku", "channel") else "right")
    for (sku, channel), new, before in found.different[:SHOWN]:
        counts = str(new.changes), str(before.changes)
        table.add_row(sku, channel, new.price, before.price, *counts)
    console.print(table)
