"""`pricetide promotions`: promotions worth their discounts."""

from __future__ import annotations

import argparse
import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console

from schemas.values.instants import DAY, to_ms
from streams.configuration.policy_file import load
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.kafka.clients import bootstrap
from streams.recording.entry import Entry
from streams.recording.writer import RecordingWriter
from streams.studies.promotions.plans import TOPIC, encoded, planned, publish
from streams.terminal.flags import add_json, add_recordings
from streams.terminal.output import figures_table, note, print_json

SUMMARY = "plan promotions that are worth their discounts"
DESCRIPTION = """\
Plan promotions from a recording, or without any for the live shop (--bootstrap): which offers, on
which channel, when, how deep, and what each adds to profit, with a 90 % interval.

What a promotion sells more, what is bought ahead and missing later, and what other offers and
channels lose is read from earlier promotions: by offer where it had many, else by category or shop.
Where none ever ran there is no plan. Policies ask for it and say what all discounts together may
cost:

  "promotions": {"budget": "500.00", "depths": ["10%", "20%"], "durations": ["P7D"]}

A promotion is planned only where the interval's lower end is worth a tenth of its discounts, its
price obeys the policy's guardrails, it is no deeper than any that ever ran, and the stock lasts. Of
a category on a channel, and of a product, one is promoted at a time. Nothing is put in force: send
the records of those you like (--json, --out or the topic `promotion-plans` has them) to the topic
`promotions` as they are, and prices follow from start to end.

For the live shop, --publish does what a worker of the role `train` does every day: it writes new
plans to `promotion-plans`, starts those of policies that say `"start": "start"`, ends a planned
promotion whose rest would lose, and writes to `promotion-results` what those brought that are over,
planned or announced by yourself.

Of a recording are needed `orders`, `products` and `promotions`, and `price-acks`, `inventory`,
`competitor-prices` and `pricing-policies` where you have them.
"""
EXAMPLES = (
    "pricetide promotions recordings/monday --policies policies.json",
    "pricetide promotions --bootstrap kafka:9092",
)
SETTINGS = ("bootstrap", "lateness", "timezone", "rates", "training", "train_days")

NONE = "No plan: of no promotion is it certain enough that it gains anything."
UNTRIED = """\
No plan: no promotion ran in the recording, so there is nothing to learn from. Promote some
offers of every category for a week, at different depths, and ask again with `promotions` recorded,
too."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_recordings(parser, "*")
    parser.add_argument(
        "--policies", type=Path, metavar="FILE", help="plan by these, not by the recorded ones"
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="write the plans as a recording")
    parser.add_argument(
        "--publish", action="store_true", help=f"send those that are new to the topic {TOPIC}"
    )
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Plan, and print, write or publish the plans."""
    if options.publish or not options.recordings:
        bootstrap(settings)
    if not options.recordings:
        return _live(options, settings)
    policies = load(options.policies) if options.policies else None
    plans = planned(settings, options.recordings, policies)
    note("promotions", *plans.not_taken)
    if options.out:
        with RecordingWriter(options.out) as writer:
            writer.open(TOPIC)
            for offset, (key, value) in enumerate(map(encoded, plans.records)):
                writer.write(Entry(TOPIC, 0, offset, key, value, plans.now, ()))
    if options.publish:
        sent = asyncio.run(publish(settings, plans.records, plans.now))
        note("promotions", f"{sent} of {len(plans.records)} plans are new on {TOPIC}")
    if options.json:
        print_json({"plans": plans.records})
    elif plans.records:
        _show(plans.records)
    else:
        print(NONE if plans.tried else UNTRIED)
    return 0


def _live(options: argparse.Namespace, settings: Settings) -> int:
    for flag in ("policies", "out"):
        if getattr(options, flag):
            raise InputError(f"--{flag} is for plans of a recording: name a RECORDING")
    # with it comes all that folds, and all that trains
    from streams.studies.promotions.live import live_round, send

    settings.training.mkdir(parents=True, exist_ok=True)
    found = live_round(settings, settings.training / "promotions")
    if options.publish:
        send(settings, found)
        said = f"{len(found.plans)} new plans, {len(found.started)} started"
        note("promotions", f"{said}, {len(found.stopped)} stopped, {len(found.results)} judged")
    if options.json:
        document = {name: getattr(found, name) for name in ("plans", "started", "stopped")}
        print_json({**document, "results": found.results})
    elif found.plans:
        _show(found.plans)
    else:
        print(NONE)
    return 0


def _show(plans: list[dict[str, Any]]) -> None:
    console = Console()
    headings = ("from", "days", "off", "price", "adds", "at least", "discounts")
    table = figures_table(["sku", "channel"], headings, box=SIMPLE_HEAD, pad_edge=False)
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
