"""`pricetide explain`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import TopicPartition
from kafka.errors import KafkaError

from online_models.pricing.explain import recompute
from online_models.pricing.words import words
from streams.admin import TopicsError
from streams.clients import client, observer
from streams.recording.reader import Recording
from streams.recording.recorder import partition_counts
from streams.settings import Settings

DESCRIPTION = """\
Say in words how a price came about, from a recording or from the topic price-decisions.

Every price change carries the id of its decision. The explanation alone gives the price again, to
the cent; this is checked here, too.

Examples:
  pricetide explain 5d1f0c3b2a624de5ce516289-1 --recording monday
  pricetide explain 5d1f0c3b2a624de5ce516289-1 --bootstrap kafka:9092
"""

SETTINGS = ("bootstrap",)
TOPIC = "price-decisions"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("decision_id", metavar="DECISION_ID", help="as in price-changes")
    parser.add_argument(
        "--recording", type=Path, metavar="DIR", help="look in a recording, not in Kafka"
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Explain; returns the exit status."""
    wanted = args.decision_id
    try:
        if args.recording is not None:
            decision = _search(_recorded(args.recording), wanted)
        else:
            decision = asyncio.run(_from_topic(settings, wanted))
    except TopicsError as error:
        print(f"pricetide explain: {error}", file=sys.stderr)
        return 1
    except (KafkaError, OSError) as error:
        print(f"pricetide explain: Kafka at {settings.bootstrap}: {error}", file=sys.stderr)
        return 1
    if decision is None:
        print(f"pricetide explain: no decision {wanted} in {TOPIC}", file=sys.stderr)
        return 1
    for line in words(decision):
        print(line)
    again = recompute(decision["explanation"], decision["currency"])
    if again != decision["price"]:
        print(f"The steps give {again}, not {decision['price']}: the record was altered.")
        return 1
    print(f"Recomputed from these steps alone: {again} {decision['currency']}.")
    return 0


def _recorded(folder: Path) -> Iterable[bytes | None]:
    return (entry.value for entry in Recording([folder], {TOPIC}))


def _search(values: Iterable[bytes | None], wanted: str) -> dict[str, Any] | None:
    needle = wanted.encode()
    for value in values:
        if value is not None and needle in value:
            decision: dict[str, Any] = msgspec.json.decode(value)
            if decision["decision_id"] == wanted:
                return decision
    return None


async def _from_topic(settings: Settings, wanted: str) -> dict[str, Any] | None:
    partitions = partition_counts(client(settings), [TOPIC])[TOPIC]
    consumer = observer(settings)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(TOPIC, number) for number in range(partitions)])
        ends = await consumer.end_offsets(list(consumer.assignment()))
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            fetched = await consumer.getmany(timeout_ms=500)
            values = (record.value for records in fetched.values() for record in records)
            found = _search(values, wanted)
            if found is not None:
                return found
        return None
    finally:
        await consumer.stop()
