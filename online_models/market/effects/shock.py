"""Shocks that many offers share: the shop's good days, and the category's good weeks."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.index import Shift
from online_models.market.randomness import generator

#: Spread (log) of the shop's traffic and its persistence from day to day.
TRAFFIC_SPREAD = 0.12
TRAFFIC_PERSISTENCE = 0.5
#: Spread (log) of a category's week.
WEEK_SPREAD = 0.2


class Shock:
    """An autoregressive shock to traffic, and one to each category's taste every week.

    Expected profit is that of the day with its shock known: so is the clairvoyant's.
    """

    stateful = False

    def __init__(self, assortment: Assortment, seed: int) -> None:
        self._seed = seed
        self._category = assortment.category
        self._count = len(assortment.categories)
        self._traffic = 0.0

    def shift(self, day: int) -> Shift:
        """Both shocks, each with mean one as a multiplier."""
        week = generator(self._seed, "week", day // 7).normal(0.0, WEEK_SPREAD, self._count)
        taste = week - 0.5 * WEEK_SPREAD**2
        return Shift(traffic=self._traffic - 0.5 * TRAFFIC_SPREAD**2, taste=taste[self._category])

    def advance(self, day: int, _coordinate: Floats) -> None:
        """Draw tomorrow's traffic."""
        fresh = generator(self._seed, "traffic", day).normal(0.0, TRAFFIC_SPREAD)
        kept = TRAFFIC_PERSISTENCE * self._traffic
        self._traffic = float(kept + np.sqrt(1.0 - TRAFFIC_PERSISTENCE**2) * fresh)

    def announce(self, _day: int) -> list[dict[str, Any]]:
        """Shocks come unannounced."""
        return []
