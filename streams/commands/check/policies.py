"""`pricetide policies`: check a policy file."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

from rich.console import Console

from online_models.pricing.policy_check.checking import Report, check
from online_models.pricing.policy_check.finding import Finding
from schemas.topics import decode
from streams.configuration.policy_file import TOPIC, load
from streams.configuration.settings import Settings
from streams.studies.shop import shop_of_products
from streams.terminal.output import figures_table

SUMMARY = "check a policy file before it goes live"
DESCRIPTION = """\
Look at a policy file before it goes live: is it valid, do its bounds contradict each other, and,
with the products of a recording, which policy rules which offer, and why.

It ends with status 1 where bounds contradict each other.
"""
EXAMPLES = ("pricetide policies check policies.json --products monday",)
SETTINGS = ()

#: Offers listed one by one; beyond, the counts by policy say enough.
SHOWN = 40
#: Offers named for each contradiction; beyond, their number.
EXAMPLE_OFFERS = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("action", choices=("check",), help="what to do with the file")
    parser.add_argument("file", type=Path, metavar="FILE", help="a policy, or an array of them")
    parser.add_argument(
        "--products", type=Path, metavar="RECORDING", help="a recording with the products"
    )


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Check; 1 where bounds contradict each other."""
    policies = [decode(TOPIC, record.value) for record in load(options.file)]
    shop = shop_of_products(settings, options.products)
    report = check(policies, shop.catalogue, settings.fold.pricing, shop.demand, shop.stock)
    console = Console(soft_wrap=True, markup=False)
    console.print(f"{options.file}: {len(policies)} valid policies")
    _show(console, report)
    return 1 if any(finding.bounds for finding in report.findings) else 0


def _show(console: Console, report: Report) -> None:
    if report.ruled:
        counts = Counter(ruled.policy_id for ruled in report.ruled)
        title = f"{len(report.ruled):,} offers are ruled by"
        table = figures_table(["policy"], ["offers"], title=title)
        for policy, number in counts.most_common():
            table.add_row(policy, f"{number:,}")
        console.print(table)
        if len(report.ruled) <= SHOWN:
            for ruled in report.ruled:
                console.print(f"{ruled.sku} on {ruled.channel}: {ruled.policy_id}, {ruled.why}")
    alike: dict[tuple[str, tuple[str, ...]], list[Finding]] = {}
    for finding in report.findings:
        alike.setdefault((finding.policy_id, finding.bounds), []).append(finding)
    for (policy_id, bounds), findings in alike.items():
        kind = "contradiction" if bounds else "advice"
        for finding in findings[:EXAMPLE_OFFERS] if bounds else findings:
            where = f" ({finding.sku} on {finding.channel})" if finding.sku else ""
            console.print(f"{kind}: {policy_id}{where}: {finding.message}")
        if bounds and len(findings) > EXAMPLE_OFFERS:
            more, both = len(findings) - EXAMPLE_OFFERS, " and ".join(bounds)
            console.print(f"{kind}: {policy_id}: {both} on {more:,} more offers")
    if not any(finding.bounds for finding in report.findings):
        console.print("No contradictions.")
