"""One-day-ahead counts of TaFeng's top 1,000 items: our experts beside plain baselines.

Zero days included, scored from day 21, prices known only from earlier sales.
python -m tests.benchmarks.demand_tafeng
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from online_models.demand import DemandModels, UnitsForecast
from online_models.demand.negative_binomial import log_probability
from tests.benchmarks.tafeng import daily_sales

FIRST_SCORED = 21
Floats = NDArray[np.float64]


def deviance(units: Floats, mean: Floats) -> float:
    with np.errstate(all="ignore"):
        part = np.where(units > 0, units * np.log(units / mean), 0.0)
    return float(2.0 * (part - units + mean).mean())


def row(name: str, units: Floats, mean: Floats, score: float, cover: float, seconds: float) -> None:
    wape = np.abs(units - mean).sum() / units.sum()
    print(
        f"{name:26s} {deviance(units, mean):8.3f} {-score:10.4f} {wape:7.3f} {cover:9.3f}"
        f" {seconds:8.2f}",
        flush=True,
    )


def baselines(units: Floats) -> dict[str, Floats]:
    """Moving average over 28 days, and the same weekday of the week before."""
    days = units.shape[1]
    average = np.stack([units[:, max(0, d - 28) : d].mean(1) for d in range(1, days)], 1)
    weekday = np.concatenate([units[:, :7], units[:, :-7]], 1)
    return {
        "moving average 28 d": np.concatenate([units[:, :1], average], 1),
        "same weekday last week": weekday,
    }


def coverage(forecasts: list[UnitsForecast], units: list[Floats]) -> float:
    """Randomised coverage of the central 90 %."""
    rng = np.random.default_rng(0)
    inside = []
    for forecast, y in zip(forecasts, units, strict=True):
        low, high = forecast.pit(y)
        pit = low + rng.random(len(y)) * (high - low)
        inside.append((pit > 0.05) & (pit < 0.95))
    return float(np.mean(inside))


def main() -> None:
    sales = daily_sales()
    items, days = sales.units.shape
    print(
        f"{'model':26s} {'deviance':>8s} {'-log score':>10s} {'WAPE':>7s} {'cover 90':>9s} seconds"
    )
    scored = sales.units[:, FIRST_SCORED:]
    for name, mean in baselines(sales.units).items():
        told = np.maximum(mean[:, FIRST_SCORED:], 0.02)
        score = float(log_probability(scored, told, np.full(scored.shape, 1e9)).mean())
        row(name, scored, told, score, float("nan"), 0.0)
    models = DemandModels()
    offers = np.arange(items)
    models.register(offers, offers, np.zeros(items, np.int64), sales.category)
    observations = [sales.day(d) for d in range(days)]
    started = time.process_time()
    reports = [models.learn(seen) for seen in observations]
    seconds = time.process_time() - started
    kept = reports[FIRST_SCORED:]
    units = [r.observations.units for r in kept]
    for name in (*models.experts, "mixture"):
        told = [r.forecast if name == "mixture" else r.member(name) for r in kept]
        if not any(f.weights.any() for f in told):
            print(f"{name:26s} covers nothing here")
            continue
        mean = np.stack([f.mean for f in told], 1)
        score = float(np.mean([f.log_score(y).mean() for f, y in zip(told, units, strict=True)]))
        row(name, scored, mean, score, coverage(told, units), seconds)
    print(f"{items * days / seconds:,.0f} bucket updates a second, all experts together")


if __name__ == "__main__":
    main()
