"""Advertisements without a discount: they lift demand, and blunt or sharpen the price."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.calendar import day_start
from online_models.market.index import Shift
from online_models.market.randomness import generator

#: Share of the offers advertised in a week.
ADVERTISED = 0.08
#: Mean lift (log) of an advertisement and its spread over offers.
LIFT = 0.5
LIFT_SPREAD = 0.15
#: An advertised offer is more price-sensitive by this share of its elasticity.
SHARPER = 0.2


class Advertising:
    """Every week another set of offers is advertised: a promotion of 0 %, with `display: 1`."""

    stateful = False

    def __init__(self, assortment: Assortment, seed: int) -> None:
        self._seed = seed
        self._skus = assortment.skus
        self._elasticity = assortment.elasticity
        self._lift = generator(seed, "lift").normal(LIFT, LIFT_SPREAD, len(assortment))

    def shift(self, day: int) -> Shift:
        """Lift and sharper sensitivity of the week's offers."""
        shown = self._shown(day // 7)
        return Shift(taste=self._lift * shown, slope=SHARPER * self._elasticity * shown)

    def advance(self, _day: int, _coordinate: Floats) -> None:
        """The plan is drawn by week."""

    def announce(self, day: int) -> list[dict[str, Any]]:
        """The week's advertisement, known on its first day."""
        if day % 7:
            return []
        shown = np.flatnonzero(self._shown(day // 7))
        return [
            {
                "promotion_id": f"week-{day // 7}",
                "select": {"skus": [self._skus[i] for i in shown]},
                "starts_at": day_start(day),
                "ends_at": day_start(day + 7),
                "discount": {"percent": "0%"},
                "kind": "campaign",
                "attributes": {"display": 1},
            }
        ]

    def _shown(self, week: int) -> Floats:
        rng = generator(self._seed, "advertised", week)
        return (rng.random(len(self._skus)) < ADVERTISED).astype(np.float64)
