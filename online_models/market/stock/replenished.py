"""Order up to a level every week; the goods arrive after a lead time."""

from __future__ import annotations

import numpy as np

from online_models.market.arrays import Ints
from online_models.market.assortment import Assortment
from online_models.market.calendar import weekday

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
