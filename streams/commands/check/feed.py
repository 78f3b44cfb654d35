"""`pricetide feed`: look at what producers send before a worker does."""

from __future__ import annotations

import argparse
import asyncio
import json

from aiokafka.errors import KafkaError

from streams.configuration.settings import Settings
from streams.errors import ExpectedError, InputError
from streams.ingest.currency.copy import CurrencyCopy
from streams.ingest.decoder import INPUTS, Decoder
from streams.ingest.feed_check import FeedReport, check_feed
from streams.kafka.access import FED, STEERING
from streams.kafka.clients import names
from streams.recording.entry import RecordingError
from streams.recording.last_records import last_records
from streams.terminal.flags import add_json, at_least
from streams.terminal.output import print_json

SUMMARY = "see whether the pricer can use what producers send"
DESCRIPTION = """\
Read the newest records of an input topic, and say what share of them the pricer would accept,
what is wrong with the others, and how one of them reads once your field map is applied.

It changes nothing and needs no worker. It ends with status 1 where a record would be refused.
"""
EXAMPLES = ("pricetide feed check orders -n 1000 --bootstrap kafka:9092",)
SETTINGS = ("bootstrap", "topic_prefix")
#: Reasons that are shown.
SHOWN = 10
_TOPICS = tuple(sorted({*FED, *STEERING, "price-acks", "demand-forecasts"} & INPUTS))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("action", choices=("check",), help="what to do with the feed")
    parser.add_argument("topic", metavar="TOPIC", help=f"one of {', '.join(_TOPICS)}")
    parser.add_argument(
        "-n",
        "--records",
        type=at_least(1),
        default=1000,
        metavar="N",
        help="how many of the newest records (default 1000)",
    )
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Check; 1 where a record would be refused."""
    called = names(settings)
    topic = called.inner(options.topic)
    if topic not in _TOPICS:
        raise InputError(f"{options.topic!r} is no input topic; these are {', '.join(_TOPICS)}")
    decoder = Decoder.of(settings)
    try:
        report = asyncio.run(_checked(settings, decoder, topic, options.records))
    except RecordingError as error:
        raise ExpectedError(f"{error} (`pricetide topics` makes them)") from None
    if options.json:
        document = report._asdict() | {"refused": [each._asdict() for each in report.refused]}
        print_json({"topic": topic} | document)
    else:
        own = called.outer(topic)
        print("\n".join(_lines(topic if own == topic else f"{topic} ({own})", report)))
    return int(bool(report.refused))


async def _checked(settings: Settings, decoder: Decoder, topic: str, most: int) -> FeedReport:
    records = await last_records(settings, topic, most)
    currencies = {}
    if topic != "products":
        try:
            currencies = (await CurrencyCopy(settings).read()).of_sku
        except KafkaError:
            currencies = {}  # no worker has run here yet: no currency can be wrong
    return check_feed(decoder, records, currencies)


def _lines(name: str, report: FeedReport) -> list[str]:
    if not report.records:
        return [f"{name} holds no records"]
    share = report.accepted / report.records
    # not 100 % while one is refused
    shown = f"{share:.1%}" if share in (0, 1) else f"{min(max(share, 0.001), 0.999):.1%}"
    found = [f"{name}: {shown} of the newest {report.records} records would be accepted"]
    found += [
        f"{each.records:>6} refused, first {each.first}: {each.reason}"
        for each in report.refused[:SHOWN]
    ]
    if more := report.refused[SHOWN:]:
        found.append(f"{sum(e.records for e in more):>6} refused for {len(more)} other reasons")
    if report.example is not None:
        found.append("a record as it is taken:")
        found.append("  " + json.dumps(report.example, ensure_ascii=False))
    return found
