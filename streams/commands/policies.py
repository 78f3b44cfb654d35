"""`pricetide policies`."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from online_models.fold.fold import Fold
from online_models.journal.batch import FORCED, BatchBuilder, Kind
from online_models.pricing.policy_check.advice import Finding, unknown_fields
from online_models.pricing.policy_check.checking import Report, check
from schemas.topics import decode
from streams.configuration.policy_file import TOPIC, load
from streams.configuration.settings import Settings
from streams.ingest.border import Border
from streams.ingest.decoder import Decoder
from streams.ingest.order import as_given
from streams.recording.reader import Recording

DESCRIPTION = """\
Look at a policy file before it goes live: is it valid, do its bounds contradict each other, and,
with the products of a recording, which policy rules which offer, and why.

It ends with status 1 where bounds contradict each other.

Example:
  pricetide policies check policies.json --products monday
"""

#: Offers listed one by one; beyond, the counts by policy say enough.
SHOWN = 40
#: Offers told of each contradiction; beyond, their number.
EXAMPLES = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    action = actions.add_parser("check", help="validate, find contradictions, say who is ruled")
    action.description = DESCRIPTION
    action.formatter_class = argparse.RawDescriptionHelpFormatter
    action.add_argument("file", type=Path, metavar="FILE", help="a policy, or an array of them")
    action.add_argument(
        "--products", type=Path, metavar="RECORDING", help="a recording with the products"
    )


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Check; returns the exit status."""
    records = load(args.file)
    policies = [decode(TOPIC, record.value) for record in records]
    shop = _shop(settings, args.products).state
    report = check(policies, shop.catalogue, settings.fold.pricing, shop.demand, shop.stock)
    console = Console(soft_wrap=True, markup=False)
    console.print(f"{args.file}: {len(policies)} valid policies")
    for policy, record in zip(policies, records, strict=True):
        for field in unknown_fields(policy, json.loads(record.value)):
            console.print(f"advice: {policy.policy_id}: nobody reads its field {field}")
    _show(console, report)
    return 1 if any(finding.bounds for finding in report.findings) else 0


def _shop(settings: Settings, recording: Path | None) -> Fold:
    """The catalogue of a recording's products, in a fold that decides nothing."""
    fold = Fold(replace(settings.fold, observe_only=True))
    if recording is not None:
        decoder = Decoder(Border(b"", settings.rates))
        records = list(Recording([recording], {"products"}))
        fold.step(decoder.decode(as_given(records)).batch)
        # products come on sale when time begins
        opening = BatchBuilder()
        opening.add(Kind.TICK, max((r.timestamp for r in records), default=0), flag=FORCED)
        fold.step(opening.batch())
    return fold


def _show(console: Console, report: Report) -> None:
    if report.ruled:
        counts = Counter(ruled.policy_id for ruled in report.ruled)
        table = Table(title=f"{len(report.ruled):,} offers are ruled by")
        table.add_column("policy")
        table.add_column("offers", justify="right")
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
        for finding in findings[:EXAMPLES] if bounds else findings:
            where = f" ({finding.sku} on {finding.channel})" if finding.sku else ""
            console.print(f"{kind}: {policy_id}{where}: {finding.message}")
        if bounds and len(findings) > EXAMPLES:
            more, both = len(findings) - EXAMPLES, " and ".join(bounds)
            console.print(f"{kind}: {policy_id}: {both} on {more:,} more offers")
    if not report.findings:
        console.print("No contradictions.")
