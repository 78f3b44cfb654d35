"""`pricetide fairness`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from streams.configuration.settings import Settings
from streams.recording.error import RecordingError
from streams.recording.reader import Recording
from streams.studies.fairness.figures import figures
from streams.studies.fairness.personal import NEEDED, USED, gathered

DESCRIPTION = """\
Say who got personal prices and how far they lie below the public ones: by segment, channel and
category, with 95 % intervals over customers; whether any lay above the public price or came without
its disclosure; and whether their customers had agreed.

It reads `price-offers` and `price-decisions`, and `orders` (who agreed) and `products` (categories)
where they are recorded. Customers are told apart by the hashes that the pricer made of them, so
PRICETIDE_CUSTOMER_KEY must be the same. Groups that no record names, such as age, cannot be judged.

Example:
  pricetide record price-offers price-decisions orders products --out may --bootstrap kafka:9092
  pricetide fairness may
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "recordings", nargs="+", type=Path, metavar="RECORDING", help="a folder or file"
    )
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Report; returns the exit status."""
    try:
        entries = Recording(args.recordings, USED)
        missing = [topic for topic in NEEDED if topic not in entries.topics]
        if missing:
            raise RecordingError(f"no {' and no '.join(missing)} in the recording")
        found = figures(gathered(entries, settings.customer_key.get_secret_value().encode()))
    except (RecordingError, msgspec.DecodeError) as error:
        print(f"pricetide fairness: {error}", file=sys.stderr)
        return 2
    if args.json:
        print(msgspec.json.encode(found).decode())
    else:
        _show(found)
    return 0


def _show(found: dict[str, Any]) -> None:
    console = Console()
    if not found["personal_prices"]:
        console.print("No personal price was given.")
        return
    table = Table()
    table.add_column("group")
    for name in ("prices", "customers", "mean off", "95 % interval", "80 % between"):
        table.add_column(name, justify="right")
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
    console.print(f"Above the public price: {found['above_public']:,}.")
    console.print(f"Without a disclosure: {found['undisclosed']:,}.")
    console.print(
        f"Agreed to in the customer's last order before: {found['agreed']:,}; not agreed to there: "
        f"{found['last_order_did_not_agree']:,}; no order recorded: {found['consent_unknown']:,}."
    )
    if found["decision_unknown"]:
        console.print(f"Left out, their decision is not recorded: {found['decision_unknown']:,}.")


def _interval(ends: tuple[float, float] | None) -> str:
    return "–" if ends is None else f"{ends[0]:.1%} … {ends[1]:.1%}"
