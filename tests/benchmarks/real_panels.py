"""Panels that nobody here made: forecasts beside trees and River, elasticities beside others'.

    make panels && python -m tests.benchmarks.real_panels [NAME …] [--packages DIR]

A line for each forecaster, one window ahead: how many windows it forecasts, the error of log units
where anything was sold, minus the mean log probability of what was, and what the 90 % interval
holds; then the first two of the windows that the panel model forecasts, so that all are judged by
the same. Below them what the error would be had the mixture named every mean exactly and were units
Poisson; counts that vary less can have less. A line for each answer: the mean own-price elasticity
of its products, how many have one, and how far they lie from dummy-variable least squares on the
same rows.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from river import linear_model
from scipy.stats import poisson
from sklearn.ensemble import HistGradientBoostingRegressor

from online_models.demand import DemandModels
from online_models.studies.elasticity.answers import history
from online_models.studies.elasticity.panel import OfferGroups, panel
from tests.benchmarks.panel_data import PANELS, RealPanel

Floats = NDArray[np.float64]
PACKAGES = Path(".venv/panels")
FIRST_SCORED = 8


@dataclass(frozen=True, slots=True)
class Table:
    """All windows' rows with what trees and River may know of each."""

    window: NDArray[np.int64]
    offer: NDArray[np.int64]
    units: Floats
    features: Floats


class Judged(NamedTuple):
    """Of every row a forecast's log location, minus the log probability of its units, and whether
    the 90 % interval holds them, (n,) each: NaN where it says nothing.
    """

    location: Floats
    loss: Floats
    inside: Floats


def table(real: RealPanel) -> Table:
    """Log prices, flags, lags and ids, from what each window's models know."""
    offers = len(real.products)
    last, average, usual = (np.full(offers, np.nan) for _ in range(3))
    rows = []
    for k, seen in enumerate(real.windows):
        at = seen.offer
        log_price = np.log(seen.price)
        own = np.stack(
            [
                log_price, np.log(seen.competitor_mean), np.log(seen.competitor_price),
                *seen.attributes.T, log_price - usual[at], last[at], average[at],
                real.products[at].astype(float), real.channels[at].astype(float),
            ],
            axis=1,
        )  # fmt: skip
        rows.append((np.full(len(at), k), at, seen.units, own))
        now = np.log(seen.units + 1.0)
        last[at] = now
        average[at] = np.where(np.isnan(average[at]), now, 0.75 * average[at] + 0.25 * now)
        moved = np.where(np.isnan(usual[at]), log_price, 0.8 * usual[at] + 0.2 * log_price)
        usual[at] = np.where(np.isnan(log_price), usual[at], moved)
    window, offer, units, features = (np.concatenate([row[k] for row in rows]) for k in range(4))
    nowhere = ~np.isfinite(features).any(axis=0)
    return Table(window, offer, units, np.where(nowhere, 0.0, features))


def trees(rows: Table) -> Floats:
    """Boosted trees, retrained every four windows on all before; log units."""
    target, found = np.log(rows.units + 1.0), np.full(len(rows.units), np.nan)
    model = HistGradientBoostingRegressor(
        max_iter=150, learning_rate=0.06, min_samples_leaf=10, random_state=0
    )
    for k in range(FIRST_SCORED, int(rows.window.max()) + 1):
        now, past = rows.window == k, rows.window < k
        if (k - FIRST_SCORED) % 4 == 0:
            model.fit(rows.features[past], target[past])
        found[now] = model.predict(rows.features[now])
    return found


def river(rows: Table) -> Floats:
    """River's Bayesian linear regression per offer, on prices and flags."""
    found = np.full(len(rows.units), np.nan)
    x, target = np.nan_to_num(rows.features[:, :7]), np.log(rows.units + 1.0)
    for offer in np.unique(rows.offer).tolist():
        model = linear_model.BayesianLinearRegression(alpha=1.0, beta=4.0)
        mine = np.flatnonzero(rows.offer == offer)
        for i in mine.tolist():
            row = {"constant": 1.0, **dict(enumerate((x[i] - x[mine[0]]).tolist()))}
            found[i] = target[mine[0]] + model.predict_one(row)
            model.learn_one(row, float(target[i] - target[mine[0]]))
    return found


def ours(real: RealPanel) -> dict[str, Judged]:
    """What the mixture and each of its members said of every row."""
    models, offers = DemandModels(), np.arange(len(real.products))
    models.register(offers, real.products, real.channels, np.zeros(len(offers), np.int64))
    rng, told = np.random.default_rng(0), dict[str, list[Judged]]()
    for seen in real.windows:
        report, draw = models.learn(seen), rng.random(len(seen))
        for name in ("mixture", "count", "filter", "panel"):
            said = report.forecast if name == "mixture" else report.member(name)
            low, high = said.pit(seen.units)
            place = low + draw * (high - low)
            inside = np.where(np.isnan(place), np.nan, (place > 0.05) & (place < 0.95))
            judged = Judged(said.log_location(), -said.log_score(seen.units), inside)
            told.setdefault(name, []).append(judged)
    return {
        name: Judged(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        for name, parts in told.items()
    }


def dummies(real: RealPanel) -> Floats:
    """Own elasticities by product, NaN for what never sold: least squares of log units on log
    price and flags, with a dummy for every offer and, where products share them, every window.
    """
    columns = ("offer", "units", "price", "attributes")
    offer, units, price, flags = (
        np.concatenate([getattr(w, name) for w in real.windows]) for name in columns
    )
    window = np.repeat(np.arange(len(real.windows)), [len(w) for w in real.windows])
    kept = (units > 0.0) & np.isfinite(price)
    product, log_price = real.products[offer][kept], np.log(price[kept])
    products = np.unique(real.products)
    own = [np.where(product == p, log_price, 0.0) for p in products.tolist()]
    beside = [np.where(product == p, f, 0.0) for p in products.tolist() for f in flags[kept].T]
    beside += list(pd.get_dummies(offer[kept]).to_numpy(float).T)
    if len(products) >= 3:
        beside += list(pd.get_dummies(window[kept]).to_numpy(float).T[1:])
    design = np.stack([*own, *(column for column in beside if column.any())], axis=1)
    slopes = np.linalg.lstsq(design, np.log(units[kept]), rcond=None)[0]
    return np.where([column.any() for column in own], slopes[: len(own)], np.nan)


def error(rows: Table, told: Judged, some: NDArray[np.bool_]) -> str:
    """Root mean square error of logs and mean loss over some rows."""
    sold = some & (rows.units > 0)
    gap = (np.log(np.maximum(rows.units, 1.0)) - told.location)[sold]
    return f"RMSE(log) {np.sqrt(np.mean(gap**2)):.4f}   −log {told.loss[some].mean():7.4f}"


def chance(rows: Table, mean: Floats, some: NDArray[np.bool_]) -> float:
    """The error of log units where anything was sold, of Poisson units whose `mean` is known."""
    means = mean[some & (rows.units > 0)]
    units = np.arange(1, int(means.max() + 12.0 * np.sqrt(means.max()) + 30.0))
    squares = [
        np.average((np.log(units) - np.log(m)) ** 2, weights=poisson.pmf(units, m)) for m in means
    ]
    return float(np.sqrt(np.mean(squares)))


def show(name: str, build: Callable[[Path], RealPanel], packages: Path) -> None:
    real = build(packages)
    print(f"\n{name}: {real.source}")
    if len(real.windows) > 2 * FIRST_SCORED:
        rows = table(real)
        later, nothing = rows.window >= FIRST_SCORED, np.full(len(rows.units), np.nan)
        found = ours(real)
        for name, forecast in {"boosted trees": trees, "River per key": river}.items():
            found[name] = Judged(forecast(rows), nothing, nothing)
        both = later & ~np.isnan(found["panel"].location)
        for who, told in found.items():
            some = later & ~np.isnan(told.location)
            print(
                f"  {who:16s} {some.sum():6,} windows   {error(rows, told, some)}"
                f"   holds {told.inside[some].mean():.3f}   {error(rows, told, some & both)}",
                flush=True,
            )
        mean = np.exp(found["mixture"].location)
        floors = [chance(rows, mean, some) for some in (later & ~np.isnan(mean), both)]
        print("  {:16s} {:26.4f}{:66.4f}".format("chance", *floors))
    groups = OfferGroups(real.products, 0 * real.products, 0 * real.products)
    found = panel(real.windows, groups)
    if found is None:
        print("  elasticities: not identified, too few windows or price moves")
    else:
        told = history(found)
        beside = dummies(real)[np.searchsorted(np.unique(real.products), found.products)]
        for who in ("as_sold", "robust"):
            answer = getattr(told, who)
            known = answer.identified
            gap = np.abs(answer.theta - beside)[known]
            figures = (
                f"{answer.theta[known].mean():+.2f} (mean of {known.sum()} of {len(known)}, "
                f"standard error {np.sqrt(answer.variance[known]).mean():.2f}), "
                f"median gap to dummies {np.median(gap):.2f}"
                if known.any()
                else "not identified"
            )
            print(f"  {who:24s} {figures}", flush=True)
    if real.peer is not None:
        print(f"  {real.peer[0]}: {real.peer[1]:+.2f}")
    print(f"  published: {real.published}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=[], metavar="NAME", help=", ".join(PANELS))
    parser.add_argument("--packages", type=Path, default=PACKAGES)
    options = parser.parse_args()
    for name in options.names or PANELS:
        show(name, PANELS[name], options.packages)


if __name__ == "__main__":
    sys.exit(main())
