"""`pricetide promotions`."""

from __future__ import annotations

import argparse
import asyncio
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from aiokafka.errors import KafkaError
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from online_models.demand.ensemble.report import LearnReport
from online_models.demand.inputs.observations import Observations
from online_models.studies.promotions.past import LEAST_DEPTH
from online_models.studies.promotions.plan import plan
from online_models.studies.promotions.record import record
from schemas.values.instants import DAY, to_ms
from streams.configuration.policy_file import PolicyRecord, load
from streams.configuration.settings import Settings
from streams.kafka.admin import TopicsError
from streams.kafka.clients import bootstrap
from streams.recording.entry import Entry
from streams.recording.error import RecordingError
from streams.recording.writer import RecordingWriter
from streams.studies.observed import Observed, shown
from streams.studies.promotions.publish import TOPIC, encoded, publish

DESCRIPTION = """\
Plan promotions from a recording: which offers, on which channel, when, how deep, and what each adds
to profit, with a 90 % interval.

What a promotion sells more, what is bought ahead and missing later, and what other offers and
channels lose is read from earlier promotions: by offer where it had many, else by category or shop.
Where none ever ran there is no plan. Policies ask for it and say what all discounts together may
cost:

  "promotions": {"budget": "500.00", "depths": ["10%", "20%"], "durations": ["P7D"]}

A promotion is planned only where the interval's lower end is worth a tenth of its discounts, its
price obeys the policy's guardrails, it is no deeper than any that ever ran, and the stock lasts. Of
a category on a channel, and of a product, one is promoted at a time. Nothing is put in force: send
those you like to the topic `promotions`, and prices follow from start to end:

  {"promotion_id": PLAN_ID, "select": {"skus": [SKU]}, "channels": [CHANNEL],
   "starts_at": STARTS_AT, "ends_at": ENDS_AT, "discount": {"percent": DEPTH}}

Record `orders`, `products` and `promotions`, and `price-acks`, `inventory`, `competitor-prices` and
`pricing-policies` where you have them.

Example:
  pricetide promotions recordings/monday --policies policies.json
"""

NONE = "No plan: of no promotion is it certain enough that it gains anything."
UNTRIED = """\
No plan: no promotion ran in the recording, so nothing tells what one would bring. Promote some
offers of every category for a week, at different depths, and ask again with `promotions` recorded,
too."""

SETTINGS = ("bootstrap", "lateness", "timezone", "rates")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "recordings", nargs="+", type=Path, metavar="RECORDING", help="a folder or file"
    )
    parser.add_argument(
        "--policies", type=Path, metavar="FILE", help="plan by these, not by the recorded ones"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the plans as a recording")
    parser.add_argument(
        "--publish", action="store_true", help=f"send those that are new to the topic {TOPIC}"
    )
    parser.add_argument("--json", action="store_true", help="print the plans as JSON")


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Plan; returns the exit status."""
    if args.publish:
        bootstrap(settings)
    policies = load(args.policies) if args.policies else None
    plans, now, tried = _plans(settings, args.recordings, policies)
    if args.out:
        with RecordingWriter(args.out) as writer:
            writer.open(TOPIC)
            for offset, (key, value) in enumerate(map(encoded, plans)):
                writer.write(Entry(TOPIC, 0, offset, key, value, now, ()))
    if args.publish:
        try:
            sent = asyncio.run(publish(settings, plans, now))
        except (KafkaError, TopicsError, OSError) as error:
            print(f"pricetide promotions: Kafka at {settings.bootstrap}: {error}", file=sys.stderr)
            return 1
        print(f"{sent} of {len(plans)} plans are new on {TOPIC}", file=sys.stderr)
    if args.json:
        print(msgspec.json.encode({"plans": plans}).decode())
    elif plans:
        _show(plans)
    else:
        print(NONE if tried else UNTRIED)
    return 0


def _plans(
    settings: Settings, paths: list[Path], policies: list[PolicyRecord] | None
) -> tuple[list[dict[str, Any]], int, bool]:
    """The plans as records, the end of the recording (ms), and whether a promotion ran in it."""
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
    tried = any((part.promotion >= LEAST_DEPTH).any() for part in parts)
    return [record(each, observed.catalogue, now) for each in found], now, tried


def _show(plans: list[dict[str, Any]]) -> None:
    console = Console()
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("sku", "channel"):
        table.add_column(name, overflow="fold")
    for name in ("from", "days", "off", "price", "adds", "at least", "discounts"):
        table.add_column(name, justify="right", no_wrap=True)
    adds: dict[str, list[Decimal]] = {}
    for each in plans:
        expected, discount = each["expected"], each["effects"]["discount"]
        begins, ends = (to_ms(each[name]) for name in ("starts_at", "ends_at"))
        table.add_row(
            each["sku"],
            each["channel"],
            each["starts_at"][5:10],
            str((ends - begins) // DAY),
            each["depth"],
            each["price"],
            expected["profit"],
            expected["lower"],
            discount,
        )
        sums = adds.setdefault(each["currency"], [Decimal(0), Decimal(0)])
        sums[0] += Decimal(expected["profit"])
        sums[1] += Decimal(discount)
    console.print(table)
    for currency, (profit, discounts) in adds.items():
        console.print(
            f"Together they are expected to add {profit} {currency} of profit, for discounts of "
            f"{discounts} {currency}. At least: the lower end of the 90 % interval.",
            highlight=False,
        )
    for each in plans:
        console.print(f"{each['sku']} on {each['channel']}: {each['reason']}", highlight=False)
