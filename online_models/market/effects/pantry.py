"""Customers stock up when something is cheap, and stay away until the pantry is empty."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.index import Shift

#: Share of the usual price that yesterday's price replaces.
USUAL_STEP = 0.1
#: Extra sensitivity to a price off the usual one, as a share of the own elasticity.
BUYING_AHEAD = 0.4
#: Share of the pantry left after a day, and how much of the bought-ahead demand it withholds.
PANTRY_LEFT = 0.85
WITHHELD = 0.12


class Pantry:
    """The index gains γ (usual − price) − pantry; the pantry fills by c γ (usual − price)⁺.

    `WITHHELD` ≈ 1 − `PANTRY_LEFT`: what a short cut sells ahead is mostly demand that is missing
    afterwards. Prices that stay put become the usual ones and leave the pantry empty.
    """

    stateful = True

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._ahead = BUYING_AHEAD * assortment.elasticity
        self._usual = np.zeros(len(assortment))
        self.pantry = np.zeros(len(assortment))

    def shift(self, _day: int) -> Shift:
        """Buying ahead as slope against the usual price; the pantry as lost taste."""
        return Shift(taste=self._ahead * self._usual - self.pantry, slope=self._ahead)

    def advance(self, _day: int, coordinate: Floats) -> None:
        """Fill and empty the pantry; the usual price follows."""
        bought = self._ahead * np.maximum(0.0, self._usual - coordinate)
        self.pantry = PANTRY_LEFT * self.pantry + WITHHELD * bought
        self._usual = self._usual + USUAL_STEP * (coordinate - self._usual)

    def announce(self, _day: int) -> list[dict[str, Any]]:
        """Pantries are silent."""
        return []
