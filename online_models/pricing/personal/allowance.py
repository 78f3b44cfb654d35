"""What may be given away a day: a share of what is sold, and what a unit of it is worth.

While more is asked for than is allowed, each unit of money given away must bring more: its price
rises and falls with what was given away the day before (Balseiro and Gur, "Learning in repeated
auctions with budgets: regret minimization and equilibrium", Management Science 65, 2019).
"""

from __future__ import annotations

from typing import NamedTuple

from online_models.numerics.elementary import exp_one
from online_models.persistence.saved import Saved, attribute

#: Days over which what is sold a day is averaged.
_DAYS = 14.0
#: How far the price of what is given away moves a day, and its least and largest.
_STEP, _LEAST, _LARGEST = 0.2, 0.01, 5.0


class Purse(NamedTuple):
    """Revenue since midnight and the mean of the days before, what has been given away since
    midnight as expected, minor units, and what a unit given away must bring to be worth it.
    """

    today: float = 0.0
    a_day: float = 0.0
    given: float = 0.0
    worth: float = 0.0


class Allowance:
    """Purses by segment and currency."""

    SAVED = Saved(purses=attribute("_purses", dict[str, Purse]))

    def __init__(self) -> None:
        self._purses: dict[str, Purse] = {}

    @staticmethod
    def key(segment: str, currency: str) -> str:
        """What a purse is kept under."""
        return f"{segment}\0{currency}"

    def sold(self, key: str, revenue: float) -> None:
        """Something was sold, minor units."""
        purse = self._purses.get(key, Purse())
        self._purses[key] = purse._replace(today=purse.today + revenue)

    def give(self, key: str, amount: float) -> None:
        """So much is given away; less than 0 where less was than had been expected."""
        purse = self._purses.get(key, Purse())
        self._purses[key] = purse._replace(given=purse.given + amount)

    def worth(self, key: str) -> float:
        """What a unit of money given away must bring besides itself."""
        return self._purses.get(key, Purse()).worth

    def left(self, key: str, share: float) -> float:
        """What may still be given away today."""
        purse = self._purses.get(key, Purse())
        return share * purse.a_day - purse.given

    def new_day(self, shares: dict[str, float]) -> None:
        """Midnight; the shares of revenue that may be given away, by segment."""
        for key, purse in self._purses.items():
            share = shares.get(key.partition("\0")[0])
            mean = purse.a_day + (purse.today - purse.a_day) / _DAYS
            a_day = mean if purse.a_day > 0.0 else purse.today
            if share is None:
                self._purses[key] = Purse(0.0, a_day)
                continue
            allowed = share * purse.a_day
            over = min(max(purse.given / allowed - 1.0, -1.0), 1.0) if allowed > 0.0 else 0.0
            worth = max(purse.worth, _LEAST) * exp_one(_STEP * over)
            worth = 0.0 if worth <= _LEAST else min(worth, _LARGEST)
            self._purses[key] = Purse(0.0, a_day, max(purse.given - allowed, 0.0), worth)
