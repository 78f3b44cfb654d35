"""`pricetide explain`: a decision in words."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

from online_models.pricing.explanation.narrate import words
from online_models.pricing.explanation.recompute import recompute
from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.recording.decisions import TOPIC, published_decision, recorded_decision

SUMMARY = "a decision in words, recomputed to the cent"
DESCRIPTION = """\
Say in words how a price came about, from a recording or from the topic price-decisions.

Every price change carries the id of its decision. The explanation alone gives the price again, to
the cent; this is checked here, too.
"""
EXAMPLES = (
    "pricetide explain 5d1f0c3b2a624de5ce516289-1 --recording monday",
    "pricetide explain 5d1f0c3b2a624de5ce516289-1 --bootstrap kafka:9092",
    "pricetide explain TEA-1 --bootstrap kafka:9092",
)
SETTINGS = ("bootstrap",)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "wanted", metavar="DECISION_ID", help="as in price-changes; or a SKU, for its last decision"
    )
    parser.add_argument(
        "--recording", type=Path, metavar="DIR", help="look in a recording, not in Kafka"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Find the decision, narrate it and recompute it; 1 where the record was altered."""
    wanted = options.wanted
    if options.recording is not None:
        decision = recorded_decision(options.recording, wanted)
    else:
        decision = asyncio.run(published_decision(settings, wanted))
    if decision is None:
        raise ExpectedError(f"no decision {wanted}, and none of such a SKU, in {TOPIC}")
    for line in words(decision):
        print(line)
    again = recompute(decision["explanation"], decision["currency"])
    if again != decision["price"]:
        print(f"The steps give {again}, not {decision['price']}: the record was altered.")
        return 1
    print(f"Recomputed from these steps alone: {again} {decision['currency']}.")
    return 0
