"""Rows that cannot have happened, by name and number."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.demo.data.tafeng import OrderLines

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
