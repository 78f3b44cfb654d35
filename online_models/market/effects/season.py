"""Weekdays and the time of the year."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.calendar import weekday
from online_models.market.index import Shift
from online_models.market.randomness import generator

#: Visitors by weekday, Monday first, relative to the mean day.
WEEKDAY_TRAFFIC = np.log(np.array([0.85, 0.85, 0.9, 0.95, 1.1, 1.3, 1.05]))
#: Largest amplitude (log) of a category's year.
YEAR_AMPLITUDE = 0.35


class Season:
    """Traffic follows the weekday; each category's taste follows a sine of the year."""

    stateful = False

    def __init__(self, assortment: Assortment, seed: int) -> None:
        rng = generator(seed, "season")
        count = len(assortment.categories)
        self._amplitude = rng.uniform(0.0, YEAR_AMPLITUDE, count)[assortment.category]
        self._phase = rng.uniform(0.0, 2.0 * np.pi, count)[assortment.category]

    def shift(self, day: int) -> Shift:
        """Weekday traffic and the year's taste."""
        year = 2.0 * np.pi * day / 365.25
        return Shift(
            traffic=float(WEEKDAY_TRAFFIC[weekday(day)]),
            taste=self._amplitude * np.sin(year + self._phase),
        )

    def advance(self, _day: int, _coordinate: Floats) -> None:
        """The calendar needs no state."""

    def announce(self, _day: int) -> list[dict[str, Any]]:
        """Nobody announces the season."""
        return []
