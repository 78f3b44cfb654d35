"""`pricetide simulate`: does a pricer earn more than static prices, in markets that know."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from online_models.market import MARKETS, UnknownPartError, parts
from online_models.market.competitors import COMPETITORS
from online_models.market.contenders import CONTENDERS
from online_models.market.corruption import CORRUPTIONS
from online_models.market.demand import DEMAND_CURVES
from online_models.market.effects import EFFECTS
from online_models.market.likeness import Likeness
from online_models.market.stock import STOCKS
from streams.configuration.policy_file import load
from streams.simulation.cells import Entrant, cells
from streams.simulation.like import fitted, read
from streams.simulation.outcome import document, outcomes
from streams.simulation.parallel import run_all
from streams.simulation.report import report
from streams.simulation.store import Store
from streams.simulation.table import MEANINGS, audited, headline, table
from streams.simulation.updates import load as load_updates

if TYPE_CHECKING:
    from streams.configuration.settings import Settings
#: Of a market that is like no recording.
SALES, DAYS = "8", 180

DESCRIPTION = f"""\
Let pricers compete in simulated markets whose best prices are known.

Examples:
  pricetide simulate --markets plain,nested+match --sales 2,8 --policies mine.json
  pricetide simulate --like recordings/autumn --policies mine.json
  pricetide simulate --policies reinforced.json --updates training/model-updates.jsonl.gz

A market is a curve and any parts, joined by +; the names below stand for such sums.
  markets   {", ".join(MARKETS)}
  curves    {", ".join(DEMAND_CURVES)}
  effects   {", ".join(EFFECTS)}
  rivals    {", ".join(COMPETITORS)}
  stocks    {", ".join(STOCKS)}
  errors    {", ".join(CORRUPTIONS)}

Runs that are finished stay in OUT/results, so that the same command goes on after an
interruption. The report is OUT/report.html, its figures are OUT/summary.json."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument("--markets", default="plain", help="comma-separated (default: plain)")
    parser.add_argument(
        "--contenders",
        default=",".join(CONTENDERS),
        help=f"comma-separated, of {', '.join(CONTENDERS)} (default: all)",
    )
    parser.add_argument(
        "--policies",
        type=Path,
        nargs="+",
        default=[],
        metavar="FILE",
        help="policy files; each lets Pricetide compete under it, by the name of the file",
    )
    parser.add_argument(
        "--updates",
        type=Path,
        nargs="+",
        default=[],
        metavar="RECORDING",
        help="recorded model-updates, which those under --policies price with: "
        "DIR/model-updates.jsonl.gz of pricetide train",
    )
    parser.add_argument(
        "--like",
        type=Path,
        nargs="+",
        metavar="RECORDING",
        help="folders or files of recorded products, orders and, if there are any, clickstream and "
        "competitor-prices: the markets get their offers, prices, costs, sales, weekdays, noise, "
        "rivals and elasticities",
    )
    parser.add_argument(
        "--sales",
        help=f"units a day per offer, comma-separated (default: {SALES}); not with --like",
    )
    parser.add_argument(
        "--days",
        type=_positive,
        help=f"days of each run (default: {DAYS}; with --like, as long as the recording)",
    )
    parser.add_argument(
        "--offers",
        type=_positive,
        default=120,
        help="offers of each market, with --like at most, best sellers first (default: 120)",
    )
    parser.add_argument("--seeds", type=_positive, default=5, help="number of seeds (default: 5)")
    parser.add_argument("--first-seed", type=int, default=0, help="the seeds' first (default: 0)")
    parser.add_argument("--jobs", type=_positive, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, default=Path("simulation"), help="folder to write to")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON instead")


def main(args: argparse.Namespace, settings: Settings) -> int:
    """Run the experiment; 0 when it is complete, 2 on bad input, 130 when interrupted."""
    console, terminal = Console(stderr=True), Console()
    try:
        markets, names = args.markets.split(","), args.contenders.split(",")
        for market in markets:
            parts(market)
        if unknown := [name for name in names if name not in CONTENDERS]:
            raise ValueError(f"--contenders: none is named {', '.join(unknown)}")
        if args.updates and not args.policies:
            raise ValueError("--updates: needs --policies, whose contenders price with them")
        updates = load_updates(args.updates) if args.updates else "[]"
        entrants = [*map(Entrant, names), *_policies(args.policies, names, updates)]
        like = None
        if args.like is None:
            sales = [_rate(text) for text in (args.sales or SALES).split(",")]
        elif args.sales is not None:
            raise ValueError("--sales: with --like offers sell what they sold in the recording")
        else:
            like = read(settings, args.like, args.offers, console)
            sales = [round(sum(like.base) / len(like), 2)]
            if not args.json:
                terminal.print(_fitted(like))
        offers, days = (args.offers, DAYS) if like is None else (len(like), like.days)
        if args.first_seed < 0:
            raise ValueError(f"--first-seed: {args.first_seed} is below 0")
        seeds = range(args.first_seed, args.first_seed + args.seeds)
        wanted = cells(markets, sales, entrants, seeds, offers, args.days or days, like)
        store = Store(args.out)
        tracks = run_all(wanted, store, args.jobs, console)
    except (ValueError, UnknownPartError, OSError) as error:
        print(f"pricetide simulate: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("pricetide simulate: interrupted; the same command goes on", file=sys.stderr)
        return 130
    found = outcomes({cell: tracks[cell] for cell in wanted})
    summary = json.dumps([document(outcome) for outcome in found], indent=1)
    (args.out / "summary.json").write_text(summary + "\n", encoding="utf-8")
    path = args.out / "report.html"
    path.write_text(report(found), encoding="utf-8")
    if args.json:
        print(summary)
        return 0
    for outcome in found:
        terminal.print(f"[bold]{outcome.setting}[/bold]: {headline(outcome)}", highlight=False)
        terminal.print(table(outcome))
        if looked := audited(outcome):
            terminal.print(f"{looked}\n", highlight=False)
    terminal.print(f"{MEANINGS}\nreport: {path}", highlight=False)
    return 0


def _fitted(like: Likeness) -> Table:
    """What was fitted, as a table for the terminal."""
    found = Table(title=f"fitted to {like.name}", title_justify="left", box=None, show_header=False)
    for name, text in fitted(like).items():
        found.add_row(Text(name, "bold"), Text(text))
    return found


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a positive number")
    return value


def _policies(paths: Sequence[Path], taken: Sequence[str], updates: str) -> list[Entrant]:
    """One entrant per policy file, named by the file, with the models of `updates`."""
    found: list[Entrant] = []
    for path in paths:
        if path.stem in taken or path.stem in {who.name for who in found}:
            raise ValueError(f"--policies: {path.stem!r} competes already; rename {path.name}")
        values = [record.value.decode() for record in load(path)]
        found.append(Entrant(path.stem, f"[{','.join(values)}]", updates))
    return found


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ValueError(f"--sales: {text!r} is not a number") from None
    if not 0.0 < value < 1e6:
        raise ValueError(f"--sales: {text} is not between 0 and a million")
    return value
