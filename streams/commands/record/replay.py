"""`pricetide replay`: recordings through the pricer."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from pathlib import Path

from rich.console import Console

from streams.configuration.policy_file import load
from streams.configuration.settings import Settings
from streams.recording.writer import RecordingWriter
from streams.replay import report
from streams.replay.comparison import PricingRun, compare, recorded_run
from streams.replay.counterfactual import DrawnPriceSales
from streams.replay.offer_margins import OfferMargins
from streams.replay.replay import Replay
from streams.replay.summary import ReplaySummary
from streams.terminal.flags import add_recordings, instant
from streams.terminal.output import figures_table
from streams.terminal.progress import progress

SUMMARY = "recordings through the pricer, without Kafka"
DESCRIPTION = """\
Run recordings through the pricer, without Kafka.

A recorded pricing-journal gives exactly the prices that the workers gave, byte for byte. Recorded
input topics, merged by timestamp, answer "what if": --policies replaces those of the recording,
--compare sets the outcome beside that of another run: its prices, what is expected of them, and,
where that run drew prices at random while the recorded orders were placed, an estimate of what the
new prices would have earned, from those orders, with its 95 % interval. With --out it is also
written to OUT/comparison.json.
"""
EXAMPLES = (
    "pricetide record pricing-journal --out monday --bootstrap kafka:9092 "
    "&& pricetide replay monday",
    "pricetide replay monday --policies bolder.json --out bolder --compare today",
)
SETTINGS = ("partitions", "bucket", "lateness", "timezone", "ack_timeout", "shadow")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_recordings(parser)
    parser.add_argument(
        "--policies", type=Path, metavar="FILE", help="use these policies, not the recorded ones"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the outputs as a recording")
    parser.add_argument(
        "--until", type=instant, metavar="TIME", help="stop at this event time (RFC 3339 or ms)"
    )
    parser.add_argument(
        "--compare", type=Path, metavar="DIR", help="a recording of outputs to compare with"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Replay, compare and print."""
    policies = load(options.policies) if options.policies else None
    old = None if options.compare is None else recorded_run(options.compare)
    paid = None if old is None or not old.prices.drawn else DrawnPriceSales(old.prices)
    watch = None if paid is None else paid.watch
    replay = Replay(settings, options.recordings, policies, options.until, watch)
    new = PricingRun() if old is None else PricingRun(old.prices)
    take = new.summary.add if old is None else new.add
    with (
        RecordingWriter(options.out) if options.out else nullcontext() as writer,
        progress("replaying", len(replay.recording)) as show,
    ):
        for entry in replay:
            take(entry)
            if writer is not None:
                writer.write(entry)
            show(replay.done)
    found = None if old is None else compare(new, old, OfferMargins(replay.catalogues()), paid)
    console = Console()
    _show(console, replay, new.summary)
    if found is not None:
        report.show(console, found, imagined=policies is not None or not replay.from_journal)
        if options.out:
            report.write(found, options.out)
    return 0


def _show(console: Console, replay: Replay, summary: ReplaySummary) -> None:
    source = "the journal" if replay.from_journal else "input topics, merged by timestamp"
    console.print(f"Replayed {len(replay.recording):,} records of {source}.")
    table = figures_table(["published to"], ["records"])
    for topic, number in sorted(summary.topics.items()):
        table.add_row(topic, f"{number:,}")
    console.print(table)
    outcomes = ", ".join(f"{number:,} {name}" for name, number in summary.outcomes.most_common())
    console.print(f"{len(summary.offers):,} offers priced; decisions: {outcomes or 'none'}")
    console.print(f"price-changes, SHA-256 over offers: {summary.digest.whole()}")
