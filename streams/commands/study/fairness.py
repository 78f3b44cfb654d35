"""`pricetide fairness`: who got personal prices."""

from __future__ import annotations

import argparse
from typing import Any

from rich.console import Console

from streams.configuration.settings import Settings
from streams.studies.fairness.figures import figures
from streams.studies.fairness.personal import personal_prices
from streams.terminal.flags import add_json, add_recordings
from streams.terminal.output import figures_table, print_json

SUMMARY = "who got personal prices, how low, and what they brought"
DESCRIPTION = """\
Say who got personal prices and how far they lie below the public ones: by segment, channel,
category and cluster, with 95 % intervals over customers; whether any lay above the public price or
came without its disclosure; and whether their customers had agreed. Of learnt discounts it says the
discount gap (the mean share off of the cluster with the highest less that with the lowest) and what
they brought: the profit of customers who may get some against that of those held out. The interval
"at any time" holds the truth on all days at once with 95 %.

It reads `price-offers` and `price-decisions`, and `orders` (who agreed, and what they brought),
`products` (categories, costs) and `pricing-policies` (who is held out) where they are recorded.
Customers are distinguished by the hashes that the pricer made of them, so
PRICETIDE_CUSTOMER_KEY must be the same. Groups that no record names, such as age, cannot be judged.
"""
EXAMPLES = (
    "pricetide record price-offers price-decisions orders products pricing-policies --out may "
    "--bootstrap kafka:9092 && pricetide fairness may",
)
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    add_recordings(parser)
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Report."""
    key = settings.customer_key.get_secret_value().encode()
    found = figures(personal_prices(options.recordings, key))
    if options.json:
        print_json(found)
    else:
        _show(found)
    return 0


def _show(found: dict[str, Any]) -> None:
    console = Console()
    if not found["personal_prices"]:
        console.print("No personal price was given.")
        return
    headings = ("prices", "customers", "mean off", "95 % interval", "80 % between")
    table = figures_table(["group"], headings)
    for row in found["groups"]:
        name = "all" if row["by"] == "all" else f"{row['by']} {row['name']}"
        table.add_row(
            name,
            f"{row['prices']:,}",
            f"{row['customers']:,}",
            f"{row['discount']:.1%}",
            _interval(row["interval"]),
            _interval((row["low"], row["high"])),
        )
    console.print(table)
    for row in found["shares"]:
        console.print(
            f"Of {row['agreed']:,} customers of segment {row['segment']} who agreed, "
            f"{row['got']:,} got a personal price: {row['share']:.0%} "
            f"(95 %: {_interval(row['interval'])})."
        )
    for row in found["discount_gaps"]:
        console.print(
            f"Discount gap in segment {row['segment']}: {row['gap']:.1%}, between cluster "
            f"{row['highest']} and cluster {row['lowest']}."
        )
    for row in found["uplifts"]:
        console.print(_brought(row))
    console.print(f"Above the public price: {found['above_public']:,}.")
    console.print(f"Without a disclosure: {found['undisclosed']:,}.")
    console.print(
        f"Agreed to in the customer's last order before: {found['agreed']:,}; not agreed to there: "
        f"{found['last_order_did_not_agree']:,}; no order recorded: {found['consent_unknown']:,}."
    )
    if found["decision_unknown"]:
        console.print(f"Left out, their decision is not recorded: {found['decision_unknown']:,}.")


def _brought(row: dict[str, Any]) -> str:
    who = (
        f"Segment {row['segment']}, {row['treated']:,} customers against {row['held_out']:,} held "
        f"out, {row['days']:,} days"
    )
    if row["lift"] is None:
        return f"{who}: no uplift yet, {row['why']}."
    money, share = row["lift"]["sequence"], row["lift"]["relative_sequence"]
    return (
        f"{who}: learnt discounts brought {money['mean']:+.4f} {row['currency']} a day and "
        f"customer ({share['mean']:+.1%}); at any time (95 %): {money['lower']:+.4f} to "
        f"{money['upper']:+.4f}."
    )


def _interval(ends: tuple[float, float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:.1%} … {ends[1]:.1%}"
