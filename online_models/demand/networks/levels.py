"""Running levels of the offers and of their categories, and what an offer is: what forecasts are
relative to.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.demand.networks.spec import TEXT_FEATURES
from online_models.numerics.arrays import Floats, Ints
from online_models.numerics.columns import Columns, column
from online_models.numerics.special import log, sum_by
from online_models.persistence.kinds import Array
from online_models.persistence.saved import Saved

_WORD = re.compile(r"\w+")


def code_of(name: str) -> int:
    """A stable 32-bit code of a name; modulo a table's size it is the name's row there.

    >>> code_of("food/coffee") % 128
    59
    """
    return zlib.crc32(name.encode())


def words(name: str, brand: str | None, attributes: Mapping[str, Any]) -> list[str]:
    """The tokens of a product's description, attributes as `key=value`, in order.

    >>> words("Espresso Roast 1kg", "Acme", {"origin": "Brazil"})
    ['espresso', 'roast', '1kg', 'brand=acme', 'origin=brazil']
    """
    found = [word.casefold() for word in _WORD.findall(name)]
    if brand:
        found.append(f"brand={brand.casefold()}")
    for key in sorted(attributes):
        value = attributes[key]
        if isinstance(value, str | int | float | bool):
            found.append(f"{key.casefold()}={str(value).casefold()}")
    return found


def text_features(tokens: Iterable[str], width: int) -> NDArray[np.float32]:
    """Signed counts of hashed tokens over the root of their number, shape (width,)."""
    totals = [0] * width
    number = 0
    for token in tokens:
        code = zlib.crc32(token.encode())
        totals[code % width] += 1 if code & 0x8000_0000 else -1
        number += 1
    counts = np.array(totals, np.float64)
    features: NDArray[np.float32] = (counts / np.sqrt(max(number, 1))).astype(np.float32)
    return features


class Offers(Columns):
    """One row per offer; `item` and `category` are codes, to be folded to a table's size.

    >>> offers = Offers()
    >>> offers.register(0, "a", "food/coffee", ["espresso"], 6.9)
    >>> offers.size, float(offers.first_log_price[0])
    (1, 6.9)
    """

    described: NDArray[np.bool_] = column(np.bool_, False)
    item: NDArray[np.int64] = column(np.int64, 0)
    category: NDArray[np.int64] = column(np.int64, 0)
    #: log of the catalogue's first price in minor units, NaN where there is none.
    first_log_price: NDArray[np.float64] = column(np.float64, np.nan)
    text: NDArray[np.float32] = column(np.float32, 0.0, TEXT_FEATURES)

    def register(
        self, row: int, sku: str, category: str, tokens: Iterable[str], first_log_price: float
    ) -> None:
        """Describe one offer; a later description replaces the former one."""
        self.grow(row + 1)
        self.described[row] = True
        self.item[row] = code_of(sku)
        self.category[row] = code_of(category)
        self.first_log_price[row] = first_log_price
        self.text[row] = text_features(tokens, TEXT_FEATURES)

    def resemble(self, row: int, other: int, first_log_price: float) -> None:
        """Describe one offer like another one of its product."""
        self.grow(row + 1)
        for name in ("described", "item", "category", "text"):
            getattr(self, name)[row] = getattr(self, name)[other]
        self.first_log_price[row] = first_log_price


#: Weights that a window keeps for the next: half-lives of 2, 7 and 34 windows.
DISCOUNTS = (0.7, 0.9, 0.98)
#: Windows' worth of weight that the category's level has in an offer's.
SHRINKAGE = 2.0
#: Categories share rows by hash; a collision blurs a prior, no more.
CATEGORY_ROWS = 4096
#: A window that sells more than this many times (level + 1) is learnt as that many.
SURPRISE = 20.0
#: Level of a catalogue that has seen nothing, units a window.
FIRST_LEVEL = 0.5
#: Weight of a window in an offer's reference price, and in the mean of its squared deviations.
REFERENCE_WEIGHT = 0.1
#: What a window keeps of the highest units of late, and of a category's lasting shock.
HIGH_KEPT = 0.85
SHOCK_KEPT = 0.7
#: Units that are added to what a category sold and should have sold.
CATEGORY_INERTIA = 10.0


class Running(Columns):
    """One row per offer: discounted units, orders and windows in stock, and the reference price."""

    units: Floats = column(np.float64, 0.0, len(DISCOUNTS))
    orders: Floats = column(np.float64, 0.0, len(DISCOUNTS))
    time: Floats = column(np.float64, 0.0, len(DISCOUNTS))
    #: Windows seen in all, and since the last one with a sale.
    age: Floats = column(np.float64, 0.0)
    silence: Floats = column(np.float64, 0.0)
    #: Smoothed squared deviation from the level, and the highest units of late, decayed.
    variability: Floats = column(np.float64, 1.0)
    high: Floats = column(np.float64, 0.0)
    #: Exponential average of the log price, NaN until a price is known.
    reference: Floats = column(np.float64, np.nan)


class Categories:
    """Discounted units, windows in stock, log price and shocks per category row."""

    SAVED = Saved(
        units=Array(np.float64, CATEGORY_ROWS),
        time=Array(np.float64, CATEGORY_ROWS),
        log_price=Array(np.float64, CATEGORY_ROWS),
        priced=Array(np.float64, CATEGORY_ROWS),
        shock=Array(np.float64, CATEGORY_ROWS),
        lasting=Array(np.float64, CATEGORY_ROWS),
    )

    def __init__(self) -> None:
        self.units = np.zeros(CATEGORY_ROWS)
        self.time = np.zeros(CATEGORY_ROWS)
        self.log_price = np.zeros(CATEGORY_ROWS)
        self.priced = np.zeros(CATEGORY_ROWS)
        #: Log of what the category sold over its offers' levels: last seen, and lasting.
        self.shock = np.zeros(CATEGORY_ROWS)
        self.lasting = np.zeros(CATEGORY_ROWS)

    def level(self, row: Ints) -> Floats:
        """Units per offer and window, shape (n,)."""
        level: Floats = (self.units[row] + FIRST_LEVEL) / (self.time[row] + 1.0)
        return level

    def mean_log_price(self, row: Ints) -> Floats:
        """Mean log price, 0 where no price is known; shape (n,)."""
        weight = self.priced[row]
        return np.where(weight > 0.0, self.log_price[row] / np.maximum(weight, 1e-12), 0.0)

    def learn(self, row: Ints, units: Floats, time: Floats, log_price: Floats) -> None:
        """Discount the categories that are seen, then add their rows."""
        keep = DISCOUNTS[-1]
        seen = np.flatnonzero(np.bincount(row, minlength=CATEGORY_ROWS))
        known = log_price == log_price
        priced = np.where(known, log_price, 0.0)
        for total, part in (
            (self.units, units),
            (self.time, time),
            (self.log_price, priced),
            (self.priced, known.astype(np.float64)),
        ):
            total[seen] = keep * total[seen] + sum_by(row, part, CATEGORY_ROWS)[seen]

    def feel(self, row: Ints, units: Floats, expected: Floats) -> None:
        """Note how the offers of each category that is seen sold together against their levels."""
        sold, due = (sum_by(row, part, CATEGORY_ROWS) for part in (units, expected))
        seen = np.flatnonzero(due > 0.0)
        shock = log((sold[seen] + CATEGORY_INERTIA) / (due[seen] + CATEGORY_INERTIA))
        self.shock[seen] = shock
        self.lasting[seen] = SHOCK_KEPT * self.lasting[seen] + (1.0 - SHOCK_KEPT) * shock
