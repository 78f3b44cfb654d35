"""`pricetide promotions`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from online_models.demand.observations import Observations
from online_models.demand.report import LearnReport
from online_models.plans.plan import plan
from online_models.plans.record import record
from streams.clients import bootstrap, client
from streams.evaluate.observed import Observed, shown
from streams.policy_file import PolicyRecord, load
from streams.recording.entry import Entry
from streams.recording.error import RecordingError
from streams.recording.writer import RecordingWriter
from streams.settings import Settings

DESCRIPTION = """\
Plan promotions from a recording: which offers, on which channel, when, how deep, and what each adds
to profit, with a 90 % interval.

It weighs what a promotion sells more (by the offer's own elasticity and what promotions add beyond
their price) against what is bought ahead and missing later (measured after earlier promotions,
pooled by category) and what other offers of the category lose. Policies ask for it and say what all
discounts together may cost:

  "promotions": {"budget": "500.00", "depths": ["10%", "20%"], "durations": ["P7D"]}

A promotion is planned only where the interval's lower end is worth a tenth of its discounts, its
price obeys the policy's guardrails, and the stock lasts. Of a category on a channel one offer at a
time is promoted. Nothing is put in force: send those you like to the topic `promotions`.

Record `orders`, `products` and `promotions`, and `price-acks`, `inventory`, `competitor-prices` and
`pricing-policies` where you have them.

Example:
  pricetide promotions recordings/monday --policies policies.json
"""

SETTINGS = ("bootstrap", "lateness", "timezone", "rates")
TOPIC = "promotion-plans"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "recordings", nargs="+", type=Path, metavar="RECORDING", help="a folder or file"
    )
    parser.add_argument(
        "--policies", type=Path, metavar="FILE", help="plan by these, not by the recorded ones"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the plans as a recording")
    parser.add_argument("--publish", action="store_true", help=f"send them to the topic {TOPIC}")
    parser.add_argument("--json", action="store_true", help="print the plans as JSON")


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Plan; returns the exit status."""
    if args.publish:
        bootstrap(settings)
    policies = load(args.policies) if args.policies else None
    plans, now = _plans(settings, args.recordings, policies)
    if args.out:
        with RecordingWriter(args.out) as writer:
            writer.open(TOPIC)
            for offset, (key, value) in enumerate(map(_encoded, plans)):
                writer.write(Entry(TOPIC, 0, offset, key, value, now, ()))
    if args.publish:
        try:
            asyncio.run(_publish(settings, plans, now))
        except (KafkaError, OSError) as error:
            print(f"pricetide promotions: Kafka at {settings.bootstrap}: {error}", file=sys.stderr)
            return 1
    if args.json:
        print(msgspec.json.encode({"plans": plans}).decode())
    else:
        _show(plans)
    return 0


def _plans(
    settings: Settings, paths: list[Path], policies: list[PolicyRecord] | None
) -> tuple[list[dict[str, Any]], int]:
    """The plans as records, and the end of the recording (ms)."""
    parts: list[Observations] = []

    def learnt(observations: Observations, _report: LearnReport) -> None:
        parts.append(observations)

    by_day = settings.model_copy(update={"bucket": "P1D"})
    observed = Observed(by_day, paths, learnt, policies)
    with shown(observed, "reading") as then:
        then("planning")
        book = observed.state.pricing.book.slots
        if not any(policy is not None and policy.promotions for policy in book):
            raise RecordingError(
                'no policy asks for promotions: give one "promotions": {"budget": "500.00"}'
            )
        found = plan(observed.state, parts)
    for line in observed.ignored.lines(len(observed.recording)):
        print(f"pricetide promotions: {line}", file=sys.stderr)
    now = observed.state.clock.now
    return [record(each, observed.catalogue, now) for each in found], now


def _encoded(plan: dict[str, Any]) -> tuple[bytes, bytes]:
    return plan["sku"].encode(), msgspec.json.encode(plan)


async def _publish(settings: Settings, plans: Iterable[dict[str, Any]], now: int) -> None:
    producer = AIOKafkaProducer(**client(settings), enable_idempotence=True)
    await producer.start()
    try:
        for key, value in map(_encoded, plans):
            await producer.send(TOPIC, value, key=key, timestamp_ms=now)
        await producer.flush()
    finally:
        await producer.stop()


def _show(plans: list[dict[str, Any]]) -> None:
    console = Console()
    if not plans:
        console.print("No promotion is worth its discounts for certain enough.")
        return
    table = Table()
    for name in ("sku", "channel", "from", "until"):
        table.add_column(name)
    for name in ("off", "price", "adds", "90 % interval", "discounts"):
        table.add_column(name, justify="right")
    for each in plans:
        expected, effects = each["expected"], each["effects"]
        table.add_row(
            each["sku"],
            each["channel"],
            each["starts_at"][:10],
            each["ends_at"][:10],
            each["depth"],
            f"{each['price']} {each['currency']}",
            expected["profit"],
            f"{expected['lower']} … {expected['upper']}",
            effects["discount"],
        )
    console.print(table)
    for each in plans:
        console.print(f"{each['sku']} on {each['channel']}: {each['reason']}", highlight=False)
