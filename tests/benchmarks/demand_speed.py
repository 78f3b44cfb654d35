"""Bucket updates and predictions per CPU second of one core: a table on stdout.

    OMP_NUM_THREADS=1 python -m tests.benchmarks.demand_speed [periods]

An update is one bucket learnt by all experts and the mixture; a forecast is the mixture's expected
units of a bucket; a prediction is demand at one price off the posterior that prices are chosen
by. `best` is the quickest period: what a core does that nobody disturbs.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

from online_models.demand import DemandContext, DemandModels, Observations
from online_models.demand.inputs.observations import DAY
from streams.freed_memory import keep_freed_memory

WARM_UP = 10
PRICES = 64


def days(offers: int) -> Iterator[Observations]:
    """Endless days of slow and fast sellers whose prices move."""
    rng = np.random.default_rng(0)
    rate = np.exp(1.2 * rng.standard_normal(offers))
    day = 0
    while True:
        price = np.rint(1000.0 * np.exp(0.1 * rng.standard_normal(offers)))
        competitor = 1.05 * price
        units = rng.poisson(rate).astype(float)
        yield Observations.of(
            np.arange(offers), day * DAY, units, price=price, competitor_price=competitor, views=9.0
        )
        day += 1


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    started = time.process_time()
    work()
    return time.process_time() - started


def measure(offers: int, windows: int) -> dict[str, list[float]]:
    """CPU seconds of every period, by what was done in it."""
    models = DemandModels()
    row = np.arange(offers)
    models.register(row, row, np.zeros(offers, np.int64), row % max(offers // 50, 1))
    found: dict[str, list[float]] = {"updates": [], "forecasts": [], "predictions": []}
    nothing = np.zeros(offers)
    for day, seen in zip(range(WARM_UP + windows), days(offers), strict=False):
        context = DemandContext(seen.start, seen.price, seen.competitor_price, nothing, nothing)
        prices = seen.price[:, None] * np.linspace(0.8, 1.2, PRICES)
        timed = {
            "forecasts": seconds(lambda s=seen: models.predict(s).mean),  # type: ignore[misc]
            "predictions": seconds(
                lambda c=context, p=prices: models.curves(row, c).demand(p)  # type: ignore[misc]
            )
            / PRICES,
            "updates": seconds(lambda s=seen: models.learn(s)),  # type: ignore[misc]
        }
        if day >= WARM_UP:
            for name, value in timed.items():
                found[name].append(value)
    return found


def main(windows: int) -> None:
    keep_freed_memory()
    print(f"{'':14s} {'rows a period':>14s} {'median a s':>12s} {'best a s':>12s}")
    for offers in (1_000, 2_000, 10_000):
        for name, taken in measure(offers, windows).items():
            rates = [offers / value for value in (float(np.median(taken)), min(taken))]
            print(f"{name:14s} {offers:14,d} {rates[0]:12,.0f} {rates[1]:12,.0f}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
