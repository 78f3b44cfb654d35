"""`pricetide lift`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from online_models.fold.fold import Fold
from online_models.studies.experiments.interval import Interval
from streams.configuration.settings import Settings
from streams.ingest.border import Border
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.recording.entry import Entry
from streams.recording.error import RecordingError
from streams.recording.reader import Recording
from streams.replay.buckets import Buckets
from streams.replay.terms import Margins
from streams.studies.lift.arms import Arms
from streams.studies.lift.measure import Measured, measure

DESCRIPTION = """\
Say what experiments have shown: the profit of the offers that a policy's `experiment` prices,
against that of those it holds out.

It reads `products`, `price-decisions` and `demand-observations`, as recorded from the topics or
written by a replay. Look as often as you like and stop when you like: the interval "at any time"
holds the truth on all days at once with 95 %. The narrower one, "looked at once", holds it on a
single day that was fixed before. Profits are by the last known costs, taxes and fees, per day and
unit (SKU or offer, as the experiment drew), adjusted by what each unit earned before.

Example:
  pricetide record products price-decisions demand-observations --out autumn --bootstrap kafka:9092
  pricetide lift autumn
"""

SETTINGS = ("rates",)
#: Product records taken at once.
ROUND = 4000
NEEDED = ("products", "price-decisions", "demand-observations")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "recordings", nargs="+", type=Path, metavar="RECORDING", help="a folder or file"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Measure; returns the exit status."""
    try:
        found = _measured(args.recordings, settings)
    except (RecordingError, ValueError) as error:
        print(f"pricetide lift: {error}", file=sys.stderr)
        return 2
    if args.json:
        print(msgspec.json.encode({"experiments": [asdict(each) for each in found]}).decode())
    else:
        _show(found)
    return 0


def _measured(paths: list[Path], settings: Settings) -> list[Measured]:
    recording = Recording(paths, NEEDED)
    for topic in NEEDED:
        if not recording.topics.get(topic):
            raise RecordingError(f"no {topic} in {', '.join(str(path) for path in paths)}")
    arms, buckets = Arms(), Buckets()
    fold = Fold(replace(settings.fold, observe_only=True, partitions=1))
    decoder = Decoder(Border(settings.customer_key.get_secret_value().encode(), settings.rates))
    products = _without_outputs(recording, arms, buckets)
    while records := list(islice(products, ROUND)):
        fold.step(decoder.decode(as_given(records)).batch)
    if not arms.trials:
        raise RecordingError("no decision was made under an experiment")
    margins = Margins([fold.state.catalogue])
    found = [
        each for n, t in sorted(arms.trials.items()) for each in measure(n, t, buckets, margins)
    ]
    if not found:
        raise RecordingError("no product of an experiment is known: records of them are missing")
    return found


def _without_outputs(recording: Recording, arms: Arms, buckets: Buckets) -> Iterator[Entry]:
    """The inputs, in order; what the pricer said goes to `arms` and `buckets`."""
    for entry in recording:
        try:
            if entry.topic == "price-decisions":
                arms.add(entry)
            elif entry.topic == "demand-observations":
                buckets.add(entry)
            else:
                yield entry
        except (msgspec.DecodeError, ValueError) as error:
            where = f"{entry.topic}-{entry.partition} offset {entry.offset}"
            raise RecordingError(f"{where}: {error}") from error


def _show(found: list[Measured]) -> None:
    console = Console()
    table = Table(title="Profit of treated over held-out units (95 %)")
    for column in ("experiment", "held out", "treated", "days", "at any time", "looked at once"):
        table.add_column(column, justify="left" if column == "experiment" else "right")
    for each in found:
        name = f"{each.name} ({each.currency}, by {each.unit})"
        counts = str(each.held_out), str(each.treated), str(each.days)
        lift = each.lift
        told = (
            ("", "") if lift is None else tuple(map(_told, (lift.relative_sequence, lift.relative)))
        )
        table.add_row(name, *counts, *told)
    console.print(table)
    for each in found:
        console.print(f"{each.name}: {_verdict(each)}")
        if each.unpriced:
            console.print(f"{each.name}: {each.unpriced:,} units sold at unknown prices left out.")


def _told(share: Interval) -> str:
    return f"{share.mean:+.1%} ({share.lower:+.1%} … {share.upper:+.1%})"


def _verdict(each: Measured) -> str:
    if each.lift is None:
        return f"no interval yet: {each.why}."
    always = each.lift.sequence
    if always.lower > 0.0:
        return "the treated units earn more; you may stop."
    if always.upper < 0.0:
        return "the treated units earn less; you may stop."
    return "not decided yet; go on."
