"""Fresh goods: a delivery every morning, sold oldest first, thrown away at the end of life."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Ints
from online_models.market.assortment import Assortment

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
