"""Customers remember what things cost."""

from __future__ import annotations

from typing import Any

import numpy as np

from online_models.market.arrays import Floats
from online_models.market.assortment import Assortment
from online_models.market.index import Shift

#: Share of the remembered price that yesterday's price replaces.
MEMORY_STEP = 0.06
#: Sensitivity to the gap between price and reference, as a share of the own elasticity.
GAP_SHARE = 0.5


class Reference:
    """The index gains γ (reference − price): cheap against memory sells more.

    The reference is an exponential average of past prices (Popescu and Wu 2007, loss-neutral),
    kept in the curve's price coordinate. Prices that stay put have no gap.
    """

    stateful = True

    def __init__(self, assortment: Assortment, _seed: int) -> None:
        self._gap = GAP_SHARE * assortment.elasticity
        self.reference = np.zeros(len(assortment))

    def shift(self, _day: int) -> Shift:
        """γ · reference as taste, γ as slope."""
        return Shift(taste=self._gap * self.reference, slope=self._gap)

    def advance(self, _day: int, coordinate: Floats) -> None:
        """Memory moves towards today's price."""
        self.reference = self.reference + MEMORY_STEP * (coordinate - self.reference)

    def announce(self, _day: int) -> list[dict[str, Any]]:
        """Memory is silent."""
        return []
