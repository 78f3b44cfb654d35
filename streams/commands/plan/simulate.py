"""`pricetide simulate`: pricers compete in markets whose best prices are known."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from online_models.market import MARKETS
from online_models.market.competitors import COMPETITORS
from online_models.market.contenders import CONTENDERS
from online_models.market.corruption import CORRUPTIONS
from online_models.market.demand import DEMAND_CURVES
from online_models.market.effects import EFFECTS
from online_models.market.likeness import Likeness
from online_models.market.stock import STOCKS
from streams.configuration.settings import Settings
from streams.errors import InputError, InterruptedCommand
from streams.simulation.cells import cells
from streams.simulation.experiment import entrants, known_markets, sales_rates
from streams.simulation.like import fitted, read
from streams.simulation.outcome import document, outcomes
from streams.simulation.parallel import run_all
from streams.simulation.report import MEANINGS, audited, headline, report, table
from streams.simulation.store import ResultStore
from streams.simulation.trials import TRIALS, run_trial, trial_table
from streams.terminal.flags import add_json, at_least
from streams.terminal.output import print_json

#: Of a market that is like no recording.
SALES, DAYS = "8", 180

SUMMARY = "policies against each other in simulated markets"
DESCRIPTION = f"""\
Let pricers compete in simulated markets whose best prices are known.

A market is a curve and any parts, joined by +; the names below stand for such sums.
  markets      {", ".join(MARKETS)}
  curves       {", ".join(DEMAND_CURVES)}
  effects      {", ".join(EFFECTS)}
  competitors  {", ".join(COMPETITORS)}
  stocks       {", ".join(STOCKS)}
  errors       {", ".join(CORRUPTIONS)}

A trial is a market of its own kind, in which one part of the pricer is judged:
  trials       {", ".join(TRIALS)}

Runs that are finished stay in OUT/results, so that the same command goes on after an
interruption. The report is OUT/report.html, its figures are OUT/summary.json.
"""
EXAMPLES = (
    "pricetide simulate --markets plain,nested+match --sales 2,8 --policies mine.json",
    "pricetide simulate --like recordings/autumn --policies mine.json",
    "pricetide simulate --trial second-hand --seeds 3",
    "pricetide simulate --policies reinforced.json --updates training/model-updates.jsonl.gz",
)
SETTINGS = ()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's flags."""
    parser.add_argument(
        "--trial", choices=list(TRIALS), help="play this trial instead of a market of offers"
    )
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
        "competitors and elasticities",
    )
    parser.add_argument(
        "--sales",
        help=f"units a day per offer, comma-separated (default: {SALES}); not with --like",
    )
    parser.add_argument(
        "--days",
        type=at_least(1),
        help=f"days of each run (default: {DAYS}; with --like, as long as the recording)",
    )
    parser.add_argument(
        "--offers",
        type=at_least(1),
        default=120,
        help="offers of each market, with --like at most, best sellers first (default: 120)",
    )
    parser.add_argument("--seeds", type=at_least(1), default=5, help="number of seeds (default: 5)")
    parser.add_argument("--first-seed", type=int, default=0, help="the seeds' first (default: 0)")
    parser.add_argument("--jobs", type=at_least(1), default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--out", type=Path, default=Path("simulation"), help="folder to write to")
    add_json(parser)


def run(options: argparse.Namespace, settings: Settings) -> int:
    """Run the experiment, write its report and print it."""
    if options.trial is not None:
        return _trial(options)
    markets = known_markets(options.markets)
    chosen = entrants(options.contenders, options.policies, options.updates)
    if options.first_seed < 0:
        raise InputError(f"--first-seed: {options.first_seed} is below 0")
    terminal, like = Console(), None
    offers, days = options.offers, options.days or DAYS
    if options.like is None:
        sales = sales_rates(options.sales or SALES)
    elif options.sales is not None:
        raise InputError("--sales: with --like offers sell what they sold in the recording")
    else:
        like = read(settings, options.like, options.offers)
        sales = [round(sum(like.base) / len(like), 2)]
        offers, days = len(like), options.days or like.days
        if not options.json:
            terminal.print(_fitted(like))
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    wanted = cells(markets, sales, chosen, seeds, offers, days, like)
    try:
        tracks = run_all(wanted, ResultStore(options.out), options.jobs)
    except KeyboardInterrupt:
        raise InterruptedCommand("interrupted; the same command goes on") from None
    found = outcomes({cell: tracks[cell] for cell in wanted})
    summary = [document(outcome) for outcome in found]
    text = json.dumps(summary, indent=1)
    (options.out / "summary.json").write_text(text + "\n", encoding="utf-8")
    path = options.out / "report.html"
    path.write_text(report(found), encoding="utf-8")
    if options.json:
        print_json(summary)
        return 0
    for outcome in found:
        terminal.print(f"[bold]{outcome.setting}[/bold]: {headline(outcome)}", highlight=False)
        terminal.print(table(outcome))
        if looked := audited(outcome):
            terminal.print(f"{looked}\n", highlight=False)
    terminal.print(f"{MEANINGS}\nreport: {path}", highlight=False)
    return 0


def _trial(options: argparse.Namespace) -> int:
    """Play a trial and print its figures."""
    if options.first_seed < 0:
        raise InputError(f"--first-seed: {options.first_seed} is below 0")
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    try:
        found = run_trial(options.trial, seeds, options.jobs)
    except KeyboardInterrupt:
        raise InterruptedCommand("interrupted") from None
    if options.json:
        print_json({"trial": options.trial, "seeds": [dict(figures) for figures in found]})
        return 0
    terminal = Console()
    terminal.print(trial_table(options.trial, found))
    terminal.print(TRIALS[options.trial].meanings, highlight=False)
    return 0


def _fitted(like: Likeness) -> Table:
    """What was fitted, as a table for the terminal."""
    found = Table(title=f"fitted to {like.name}", title_justify="left", box=None, show_header=False)
    for name, text in fitted(like).items():
        found.add_row(Text(name, "bold"), Text(text))
    return found
