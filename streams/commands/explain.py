"""`pricetide explain`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Any

import msgspec
from kafka.errors import KafkaError

from online_models.pricing.explanation.narrate import words
from online_models.pricing.explanation.recompute import recompute
from streams.configuration.settings import Settings
from streams.kafka.admin import TopicsError
from streams.recording.observing import observing, up_to_now
from streams.recording.reader import Recording

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
            decision = _recorded(args.recording, wanted)
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


def _recorded(folder: Path, wanted: str) -> dict[str, Any] | None:
    decisions = (_if_wanted(entry.value, wanted) for entry in Recording([folder], {TOPIC}))
    return next(filter(None, decisions), None)


def _if_wanted(value: bytes | None, wanted: str) -> dict[str, Any] | None:
    if value is None or wanted.encode() not in value:
        return None
    decision: dict[str, Any] = msgspec.json.decode(value)
    return decision if decision["decision_id"] == wanted else None


async def _from_topic(settings: Settings, wanted: str) -> dict[str, Any] | None:
    async with observing(settings, TOPIC) as (consumer, places):
        async for record in up_to_now(consumer, places):
            if found := _if_wanted(record.value, wanted):
                return found
    return None
