"""Ways to keep stock; a new one is a class and a line in `STOCKS`.

A market without one never sells out.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from online_models.market.assortment import Assortment
from online_models.market.calendar import weekday
from online_models.numerics.arrays import Ints


class Warehouse(Protocol):
    """Units on hand by offer; sales beyond them are lost."""

    def __init__(self, assortment: Assortment, seed: int, /) -> None: ...

    def on_hand(self) -> Ints:
        """Units that can be sold today, shape (n,)."""
        ...

    def spoiling(self) -> Ints:
        """Units of them that spoil tonight unless they are sold first, shape (n,)."""
        ...

    def inbound(self) -> Ints:
        """Units on their way by days until they arrive, shape (days, n)."""
        ...

    def advance(self, day: int, sold: Ints, /) -> None:
        """Close the day: take what was sold, spoil, receive, order anew."""
        ...


#: Days from order to arrival, and days between orders.
LEAD_DAYS = 5
REVIEW_DAYS = 7
#: Order-up-to level in days of base demand: below lead + review, offers sell out now and then.
COVER_DAYS = 14.0


class Replenished:
    """A periodic-review, order-up-to stock (R, S)."""

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._level = np.maximum(np.rint(COVER_DAYS * assortment.base), 2).astype(np.int64)
        self._stock = self._level.copy()
        self._coming = np.zeros((LEAD_DAYS, len(assortment)), dtype=np.int64)

    def on_hand(self) -> Ints:
        """Units on the shelf."""
        return self._stock

    def spoiling(self) -> Ints:
        """Nothing spoils."""
        return np.zeros_like(self._stock)

    def inbound(self) -> Ints:
        """Orders under way, shape (LEAD_DAYS, n)."""
        return self._coming

    def advance(self, day: int, sold: Ints) -> None:
        """Sell, receive what is due, and on the review day order up to the level."""
        arrived = self._coming[0]
        self._coming = np.roll(self._coming, -1, axis=0)
        self._coming[-1] = 0
        self._stock = self._stock - sold + arrived
        if weekday(day) % REVIEW_DAYS == 0:
            missing = self._level - self._stock - self._coming.sum(axis=0)
            self._coming[-1] = np.maximum(missing, 0)


#: Days on the shelf, and the morning's target in days of base demand.
SHELF_DAYS = 3
TARGET_DAYS = 2.2


class Perishable:
    """Units by age, shape (SHELF_DAYS, n); the oldest are sold first (FIFO)."""

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._target = np.maximum(np.rint(TARGET_DAYS * assortment.base), 1).astype(np.int64)
        self._ages = np.zeros((SHELF_DAYS, len(assortment)), dtype=np.int64)
        self._ages[-1] = self._target

    def on_hand(self) -> Ints:
        """Units of all ages."""
        units: Ints = self._ages.sum(axis=0)
        return units

    def spoiling(self) -> Ints:
        """Units on their last day."""
        last: Ints = self._ages[0]
        return last

    def inbound(self) -> Ints:
        """Deliveries come over night: none is under way during the day."""
        return np.zeros((1, len(self._target)), dtype=np.int64)

    def advance(self, _day: int, sold: Ints) -> None:
        """Sell the oldest first, throw the last day's rest away, fill up to the target."""
        left = sold
        ages = self._ages.copy()
        for age in range(SHELF_DAYS):
            taken = np.minimum(left, ages[age])
            ages[age] -= taken
            left = left - taken
        ages[:-1] = ages[1:]
        ages[-1] = 0
        ages[-1] = np.maximum(self._target - ages.sum(axis=0), 0)
        self._ages = ages


#: Days that a collection is sold, and how many of them its purchase would last at base demand: more
#: than the season has, as buyers of fashion order for the hope rather than the mean.
SEASON_DAYS = 90
BOUGHT_DAYS = 110.0


class Collection:
    """Bought once and sold until the season's end, when what is left is written off, and the next
    collection comes.
    """

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._bought = np.maximum(np.rint(BOUGHT_DAYS * assortment.base), 1).astype(np.int64)
        self._stock = self._bought.copy()
        self._left = SEASON_DAYS

    def on_hand(self) -> Ints:
        """Units not yet sold."""
        return self._stock

    def spoiling(self) -> Ints:
        """All of them on the season's last day."""
        return self._stock if self._left == 1 else np.zeros_like(self._stock)

    def inbound(self) -> Ints:
        """Nothing is ordered again."""
        return np.zeros((1, len(self._stock)), dtype=np.int64)

    def advance(self, _day: int, sold: Ints) -> None:
        """Sell; after the last day, begin with the next collection."""
        self._stock = self._stock - sold
        self._left -= 1
        if self._left == 0:
            self._stock, self._left = self._bought.copy(), SEASON_DAYS


STOCKS: dict[str, type[Warehouse]] = {
    "replenished": Replenished,
    "perishable": Perishable,
    "collection": Collection,
}
