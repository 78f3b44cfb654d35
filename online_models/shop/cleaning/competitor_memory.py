"""What is remembered of each competitor's prices: the last one believed, the last one held."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.shop.catalogue import ALWAYS
from online_models.shop.cleaning.evidence import CompetitorSighting
from online_models.shop.competitors import CompetitorPrices

Ints = NDArray[np.int64]


class CompetitorMemory(Columns):
    """One row per entry of `CompetitorPrices`; minor units, 0 for none."""

    trusted: Ints = column(np.int64, 0)
    held: Ints = column(np.int64, 0)

    def sighting(
        self,
        competitors: CompetitorPrices,
        row: int,
        price: int,
        catalogue_price: int,
        own: Callable[[int], list[int]],
    ) -> CompetitorSighting:
        """What is known at a new price of entry `row`; `own(sku)`: the merchant's prices."""
        if row >= self.size:
            self.grow(competitors.entries.size)
        if competitors.entries.time[row] == ALWAYS:
            self.trusted[row] = self.held[row] = 0
        sku = int(competitors.entries.sku[row])

        def of_others(known: Ints) -> list[int]:
            rows = competitors.rows_of(sku)
            rows = rows[rows != row]
            prices = known[rows[rows < self.size]]
            found: list[int] = prices[prices > 0].tolist()
            return found

        return CompetitorSighting(
            sku,
            price,
            int(self.trusted[row]),
            int(self.held[row]),
            catalogue_price,
            others=lambda: of_others(self.trusted) + of_others(self.held),
            believed=lambda: of_others(self.trusted),
            own=lambda: own(sku),
        )

    def last(self, competitors: CompetitorPrices, rows: Ints) -> Ints:
        """The last believed price of each entry, (n,), 0 where none was."""
        if len(rows) and int(rows.max()) >= self.size:
            self.grow(competitors.entries.size)
        return np.where(competitors.entries.time[rows] == ALWAYS, 0, self.trusted[rows])

    def remember(self, rows: Ints, price: Ints, held: NDArray[np.bool_]) -> None:
        """Remember prices of distinct entries that are used, or held back, (n,)."""
        used = ~held
        self.trusted[rows[used]] = price[used]
        self.held[rows] = np.where(held, price, 0)
