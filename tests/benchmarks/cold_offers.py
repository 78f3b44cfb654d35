"""What new offers are forecast to sell, by category alone and by cohort too: TaFeng's newcomers.

    python -m tests.benchmarks.cold_offers [--items N]

Items that sold in the first two weeks are the catalogue; one that sells first after four weeks is a
newcomer, new on the day after, when its price and margin are known. Scored are the newcomers' first
days, all forecasts made before their units are seen.
"""

from __future__ import annotations

import argparse

import numpy as np

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.inputs.observations import DAY
from tests.benchmarks import tafeng

ESTABLISHED, NEW = 14, 28
#: Days of a newcomer that are scored.
FIRST = (1, 3, 14)


def run(sales: tafeng.DailySales, with_cohorts: bool) -> dict[str, np.ndarray]:
    """Log scores of the newcomers' first days by model, (newcomers, days)."""
    items, days = sales.units.shape
    first = np.argmax(sales.units > 0, axis=1)
    old = np.flatnonzero(first < ESTABLISHED)
    new = np.flatnonzero((first >= NEW) & (first < days - max(FIRST) - 1))
    models = DemandModels()
    scores = {name: np.full((items, max(FIRST)), np.nan) for name in ("filter", "count", "mixture")}
    _appear(models, sales, old, ESTABLISHED)
    present = old
    for d in range(ESTABLISHED, days):
        fresh = new[first[new] == d - 1]
        if len(fresh):
            _appear(models, sales, fresh, d)
            if with_cohorts:
                models.expect(fresh, sales.price[fresh, d] * 100.0, d * DAY)
            present = np.sort(np.append(present, fresh))
        report = models.learn(sales.day(d).take(present))
        age = d - 1 - first[present]
        young = np.flatnonzero((first[present] >= NEW) & (age < max(FIRST)))
        for name, kept in scores.items():
            said = report.forecast if name == "mixture" else report.member(name)
            kept[present[young], age[young]] = said.log_score(sales.units[present, d])[young]
    return {name: kept[new] for name, kept in scores.items()}


def _appear(models: DemandModels, sales: tafeng.DailySales, rows: np.ndarray, day: int) -> None:
    models.register(rows, rows, np.zeros(len(rows), np.int64), sales.category[rows])
    models.priced(rows, sales.price[rows, day], sales.cost[rows])


def main() -> None:
    """Print −log scores, and what cohorts change with the standard error of the change."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=6000)
    sales = tafeng.daily_sales(parser.parse_args().items)
    without, beside = run(sales, False), run(sales, True)
    print(f"{len(without['filter'])} newcomers")
    for name in without:
        for days in FIRST:
            plain, cohort = (-scores[name][:, :days].mean(axis=1) for scores in (without, beside))
            change = cohort - plain
            print(
                f"{name:8} first {days:2d} days: −log score {plain.mean():.4f} by category, "
                f"{cohort.mean():.4f} by cohort too: {change.mean():+.4f} "
                f"± {change.std() / np.sqrt(len(change)):.4f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
