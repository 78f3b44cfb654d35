"""What a detector provides: one file, one rule, one alert."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.persistence.saved import Saved
from online_models.shop.catalogue import ALWAYS
from online_models.shop.cleaning.evidence import CompetitorSighting, JudgedClicks, JudgedLines

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


#: Money as text in an offer's own currency.
Money = Callable[[int], str]


class Detector(Protocol):
    """A rule with its memory. What it judges by changes at ticks only, so that its verdicts do not
    depend on how the journal was cut.
    """

    #: What of it persists.
    SAVED: Saved
    #: Kind of the alert, and the name of the state in a snapshot.
    kind: str
    name: str
    #: By offer row, or by SKU row for competitors' prices.
    findings: Findings

    def grow(self, rows: int) -> None:
        """Make room for new offers (or SKUs)."""

    def settle(self, now: int, prices: Ints) -> None:
        """A tick at `now`: what was seen counts. `prices`: in force by offer row, −1: none."""

    def describe(
        self, row: int, number: int, value: int, money: Money
    ) -> tuple[str, dict[str, Any]]:
        """Message and details of an alert about `number` findings, the last of them `value`."""


class LineDetector(Detector, Protocol):
    """Judges order lines."""

    def judge(self, lines: JudgedLines) -> None:
        """Write the verdict into `lines`, and remember what will be usual."""


class ClickDetector(Detector, Protocol):
    """Judges clicks."""

    def judge(self, clicks: JudgedClicks) -> None:
        """Write the verdict into `clicks`, and remember what will be usual."""


class CompetitorDetector(Detector, Protocol):
    """Judges competitors' prices."""

    def passes(self, price: Ints, trusted: Ints) -> NDArray[np.bool_]:
        """Which prices, (n,), it certainly lets pass, given each entry's last believed one, > 0.

        What passes beside a lower price passes beside all between the two.
        """

    def holds(self, sighting: CompetitorSighting) -> bool:
        """Whether the price is not to be used yet."""
