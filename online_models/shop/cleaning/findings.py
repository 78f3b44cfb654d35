"""What a detector found, until an alert has told it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.shop.catalogue import ALWAYS

Ints = NDArray[np.int64]

#: The same trouble of an offer is told once in so long, with what has come together, ms.
AGAIN = 86_400_000


class Findings(Columns):
    """One row per offer or SKU: how many since the last alert, the last value, and that alert."""

    number: Ints = column(np.int64, 0)
    value: Ints = column(np.int64, 0)
    told: Ints = column(np.int64, ALWAYS)

    def note(self, rows: Ints, values: Ints) -> None:
        """Take down findings, in their order."""
        if len(rows):
            np.add.at(self.number, rows, 1)
            self.value[rows] = values

    def due(self, now: int) -> list[tuple[int, int, int]]:
        """(row, number, last value) of what is to be told at `now`, which then counts as told."""
        rows = np.flatnonzero(self.number)
        told = self.told[rows]
        rows = rows[(told == ALWAYS) | (told <= now - AGAIN)]
        found = list(
            zip(rows.tolist(), self.number[rows].tolist(), self.value[rows].tolist(), strict=True)
        )
        self.told[rows] = now
        self.number[rows] = 0
        return found
