"""What a detector found, until an alert has named it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.shop.catalogue import ALWAYS

Ints = NDArray[np.int64]

#: The same trouble of an offer is named once in so long, with what has come together, ms.
AGAIN = 86_400_000


class Findings(Columns):
    """One row per offer or SKU: how many since the last alert, the last value, and that alert."""

    number: Ints = column(np.int64, 0)
    value: Ints = column(np.int64, 0)
    last_alert_ms: Ints = column(np.int64, ALWAYS, saved_as="told")

    def note(self, rows: Ints, values: Ints) -> None:
        """Take down findings, in their order."""
        if len(rows):
            np.add.at(self.number, rows, 1)
            self.value[rows] = values

    def due(self, now: int) -> list[tuple[int, int, int]]:
        """(row, number, last value) of what an alert is due for at `now`; it counts as sent."""
        rows = np.flatnonzero(self.number)
        last_ms = self.last_alert_ms[rows]
        rows = rows[(last_ms == ALWAYS) | (last_ms <= now - AGAIN)]
        found = list(
            zip(rows.tolist(), self.number[rows].tolist(), self.value[rows].tolist(), strict=True)
        )
        self.last_alert_ms[rows] = now
        self.number[rows] = 0
        return found
