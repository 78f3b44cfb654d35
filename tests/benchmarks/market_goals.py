"""What the pricer earns in simulated markets, against its goals: a table on stdout.

    python -m tests.benchmarks.market_goals [--seeds 20] [--first-seed 1000] [--only corruption]

Finished runs stay in OUT, so that the same command goes on after an interruption. Tune on other
seeds than these.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from online_models.market.closed_loop import Track
from online_models.market.corruption import CORRUPTIONS
from online_models.market.score import exponent, regret
from online_models.studies.experiments.lift import Interval, student
from streams.freed_memory import keep_freed_memory
from streams.simulation.cells import CLAIRVOYANT, STATIC, Cell, Entrant, Setting, cells, run
from streams.simulation.outcome import outcomes
from streams.simulation.parallel import run_all
from streams.simulation.report import report
from streams.simulation.store import ResultStore

OURS = "pricetide"
OFFERS, DAYS = 120, 180
SALES = (2.0, 8.0, 40.0)
#: Shoppers whose tastes drift, and who compare with the prices that they remember.
REMEMBERING = "nested+reference+drift"
SHARES = {
    "plain": (0.97, 0.98, 0.99),
    "nested": (0.965, 0.970, 0.975),
    REMEMBERING: (0.962, 0.966, 0.970),
}
TENTH = 0.95
RULES, GREEDY = 0.10, 0.06
DIRTY = 0.01
LONG, EXPONENT = 1440, 0.55
YEAR, YEAR_CPU = 365, 10.0

Tracks = dict[str, list[Track]]


class Lab:
    """Runs contenders on the seeds, and counts what their decisions break."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._seeds = range(args.first_seed, args.first_seed + args.seeds)
        self._jobs, self._store = args.jobs, ResultStore(args.out)
        self.decisions = self.breaches = self.unexplained = 0

    def tracks(
        self, market: str, sales: float, others: Sequence[str] = (), days: int = DAYS
    ) -> Tracks:
        """By contender, static pricing and the clairvoyant among them, in the order of seeds."""
        entrants = [Entrant(name) for name in (*others, OURS)]
        wanted = cells([market], [sales], entrants, self._seeds, OFFERS, days)
        found = run_all(wanted, self._store, self._jobs)
        grouped: Tracks = {}
        for cell in wanted:
            grouped.setdefault(cell.entrant.name, []).append(found[cell])
        for track in grouped[OURS]:
            self.decisions += int(track.decisions.sum())
            self.breaches += int(track.breaches.sum())
            self.unexplained += int(track.unexplained.sum())
        return grouped


def say(what: str, measured: str, goal: str, holds: bool) -> None:
    print(f"{what:44s} {measured:>22s} {goal:>12s}  {'holds' if holds else 'does not hold'}")


def spread(found: Interval) -> str:
    return f"{found.mean:.4f} ± {found.upper - found.mean:.4f}"


def ratios(one: Sequence[Track], other: Sequence[Track]) -> Interval:
    """Profit of one contender over another's, by seed."""
    pairs = zip(one, other, strict=True)
    return student([float(a.profit.sum() / b.profit.sum()) for a, b in pairs])


def shares(lab: Lab, market: str) -> None:
    for sales, goal in zip(SALES, SHARES[market], strict=True):
        found = lab.tracks(market, sales)
        best = found[CLAIRVOYANT]
        what = f"{market}, {sales:g} a day"
        share = ratios(found[OURS], best)
        say(f"{what}: share", spread(share), f"≥ {goal:.3f}", share.mean >= goal)
        pairs = zip(found[OURS], best, strict=True)
        tenth = float(
            np.mean([np.percentile(a.offer_profit / b.offer_profit, 10) for a, b in pairs])
        )
        say(f"{what}: tenth percentile of offers", f"{tenth:.4f}", f"≥ {TENTH}", tenth >= TENTH)
        static = ratios(found[STATIC], best)
        print(f"{what}: static pricing {spread(static)}")


def competitors(lab: Lab) -> None:
    found = lab.tracks("contested", 8.0, ("rules", "greedy"))
    for name, goal in (("rules", RULES), ("greedy", GREEDY)):
        lift = ratios(found[OURS], found[name])
        say(
            f"drift and competitors: profit over {name}",
            spread(lift),
            f"≥ {1 + goal:.2f}",
            lift.mean >= 1 + goal and lift.lower > 1.0,
        )


def corruption(lab: Lab) -> None:
    clean = "log_linear+sleep"
    for sales in SALES:
        clean_runs, corrupted_runs = (
            lab.tracks(market, sales)[OURS]
            for market in (clean, f"{clean}+{'+'.join(CORRUPTIONS)}")
        )
        kept = ratios(corrupted_runs, clean_runs)
        say(f"dirty data, {sales:g} a day: profit kept", spread(kept), "≥ 0.99", kept.mean >= 0.99)


def growth(lab: Lab) -> None:
    for sales in SALES:
        found = lab.tracks("plain", sales, days=LONG)
        power = exponent(regret(found[OURS], found[CLAIRVOYANT]))
        what = f"plain, {sales:g} a day: regret's power of time"
        say(what, f"{power:.3f}", f"≤ {EXPONENT}", power <= EXPONENT)


def year(_lab: Lab) -> None:
    started = time.process_time()
    played = {}
    for name in (STATIC, OURS, CLAIRVOYANT):
        cell = Cell(Setting("plain", 8.0, OFFERS, YEAR), Entrant(name), 0)
        played[cell] = run(cell)
    report(outcomes(played))
    took = time.process_time() - started
    say("a year of 120 offers, report included", f"{took:.1f} s of CPU", "≤ 10", took <= YEAR_CPU)


PARTS: dict[str, Callable[[Lab], None]] = {
    "plain": lambda lab: shares(lab, "plain"),
    "nested": lambda lab: shares(lab, "nested"),
    "remembering": lambda lab: shares(lab, REMEMBERING),
    "competitors": competitors,
    "corruption": corruption,
    "growth": growth,
    "year": year,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--only", default=",".join(PARTS), help="comma-separated")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=Path("simulation"))
    args = parser.parse_args()
    keep_freed_memory()
    lab = Lab(args)
    for part in args.only.split(","):
        PARTS[part](lab)
    say("guardrail breaches", f"{lab.breaches:,}", "0", not lab.breaches)
    what = f"decisions of {lab.decisions:,} not explained"
    say(what, f"{lab.unexplained:,}", "0", not lab.unexplained)
    return 0


if __name__ == "__main__":
    sys.exit(main())
