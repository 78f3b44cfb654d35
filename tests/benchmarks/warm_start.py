"""What a shop's past is worth: profit after a start with three months of its sales, and without.

    python -m tests.benchmarks.warm_start [--seeds N]

Simulated markets. In the past the shop's prices stood but for promotions of a week, drawn by lot;
then the pricer takes over, and its profit is told as a share of a clairvoyant's. Also with a past
in which no price moved.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from online_models.market.compose import compose
from online_models.market.contenders.contender import RecordedDay
from online_models.market.contenders.pricetide import Pricetide
from online_models.market.market import Market
from online_models.numerics.arrays import Floats, Ints
from streams.freed_memory import keep_freed_memory
from streams.simulation.cells import CLAIRVOYANT, CONTENDERS

OFFERS, PAST, LIVE = 60, 90, 60
#: The days after the start whose profit is told.
SPANS = (20, 60)
MARKETS, SALES = ("plain", "nested"), (2.0, 8.0)
#: Share of the offers that are promoted in a week, and by how much.
PROMOTED, DEPTHS = 0.15, (0.10, 0.25)
Run = tuple[str, float, int, str]
PASTS = ("none", "prices stood", "promotions")


def shown(market: Market, seed: int, past: str) -> Iterable[Ints]:
    """The shop's own prices, day by day."""
    rng = np.random.default_rng(seed)
    first = market.assortment.first_price
    price = first
    for day in range(PAST):
        if past == "promotions" and day % 7 == 0:
            off = rng.uniform(*DEPTHS, len(first)) * (rng.random(len(first)) < PROMOTED)
            price = np.rint(first * (1.0 - off)).astype(np.int64)
        yield price


def profits(market: str, sales: float, seed: int, past: str, name: str) -> Floats:
    """Expected profit by day since the start, (LIVE,)."""
    shop = compose(market, seed, OFFERS, sales, None)
    ours = name != CLAIRVOYANT
    contender = Pricetide(shop, seed) if ours else CONTENDERS[CLAIRVOYANT](shop, seed)
    seen: RecordedDay | None = None
    day = 0
    if past != "none":
        for prices in shown(shop, seed, past):
            contender.decide(day, seen)
            seen = RecordedDay(shop.day(prices), prices)
            day += 1
    found = np.zeros(LIVE)
    for i in range(LIVE):
        prices = contender.decide(day, seen)
        found[i] = shop.expected_profits(prices).sum()
        seen = RecordedDay(shop.day(prices), prices)
        day += 1
    return found


def shares(run: Run) -> list[float]:
    """Of the clairvoyant's profit, by span."""
    market, sales, seed, past = run
    ours, best = (profits(market, sales, seed, past, name) for name in ("ours", CLAIRVOYANT))
    return [float(ours[:days].sum() / best[:days].sum()) for days in SPANS]


def main() -> None:
    """A table on stdout."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--first-seed", type=int, default=6000)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    seeds = range(args.first_seed, args.first_seed + args.seeds)
    print("| market | sales a day | past |", *[f"first {days} days |" for days in SPANS])
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(args.jobs, context, initializer=keep_freed_memory) as pool:
        for market, sales, past in itertools.product(MARKETS, SALES, PASTS):
            runs = [(market, sales, seed, past) for seed in seeds]
            found = np.array(list(pool.map(shares, runs)))
            errors = 1.96 * found.std(axis=0, ddof=1) / np.sqrt(len(found))
            told = [f"{m:.1%} ± {e:.1%}" for m, e in zip(found.mean(axis=0), errors, strict=True)]
            print("|", " | ".join([market, f"{sales:g}", past, *told]), "|", flush=True)


if __name__ == "__main__":
    main()
