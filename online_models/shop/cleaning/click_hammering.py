"""One session or customer that clicks an offer again and again: a bot."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.persistence.kinds import Coded, Part
from online_models.persistence.saved import Saved
from online_models.shop.cleaning.detector import Findings, Money
from online_models.shop.cleaning.evidence import JudgedClicks
from schemas.values.instants import HOUR

Ints = NDArray[np.int64]

#: Nobody looks at one product more often than this in one clock hour.
MOST_CLICKS = 60
#: Counters of (person, offer); two that share one count as one, so that the limit rises with
#: what strangers add to a counter on average.
CELLS = 1 << 16
STRANGERS = 8
#: Odd multipliers that spread persons and offers over 64 bits (Knuth; Steele et al., SplitMix).
_SPREAD, _MIX = np.int64(-7046029254386353131), np.int64(-4658895280553007687)


def _used(cells: Ints) -> dict[str, Ints]:
    used = np.flatnonzero(cells)
    return {"used": used, "counts": cells[used]}


def _table(plain: dict[str, Ints]) -> Ints:
    cells = np.zeros(2 * CELLS, np.int64)
    cells[plain["used"]] = plain["counts"]
    return cells


class ClickHammering:
    """More than 60 clicks of one session or customer on one offer within a clock hour.

    The clicks beyond are not learnt from. Counted in a fixed table by hash (a count-min sketch of
    one row: Cormode & Muthukrishnan, J. Algorithms 55, 2005), one for the hour of the clock and one
    for the hour after it, whose first clicks come before any tick shows that it has begun.
    """

    kind = "click_hammering"
    name = "click_hammering"

    SAVED = Saved(
        cells=Coded(_used, _table),
        hour=int,
        limit=int,
        findings=Part(),
    )
    DERIVED = ("_idle",)

    def __init__(self) -> None:
        #: Even hours, then odd ones.
        self.cells: Ints = np.zeros(2 * CELLS, np.int64)
        self.hour = 0
        self.limit = MOST_CLICKS
        self.findings = Findings()
        self._idle = True

    def restored(self) -> None:
        """Find whether the table is empty."""
        self._idle = not self.cells.any()

    def grow(self, rows: int) -> None:
        """Make room for new offers."""
        self.findings.grow(rows)

    def judge(self, clicks: JudgedClicks) -> None:
        """Mark the clicks of a person beyond the limit."""
        known = np.flatnonzero(clicks.person)
        if not len(known):
            return
        self._idle = False
        mixed = (clicks.person[known] ^ (clicks.offer[known] * _SPREAD)) * _MIX
        cell = (mixed.view(np.uint64) >> np.uint64(48)).astype(np.int64)
        hour = np.clip(clicks.time[known] // HOUR, self.hour, self.hour + 1)
        cell += CELLS * (hour & 1)
        count = clicks.count[known]
        before = self.cells[cell]
        np.add.at(self.cells, cell, count)
        suspect = np.flatnonzero(self.cells[cell] > self.limit)
        if len(suspect):
            excess = _excess(cell[suspect], count[suspect], before[suspect], self.limit)
            guilty = excess > 0
            places, excess = known[suspect[guilty]], excess[guilty]
            self.findings.note(clicks.offer[places], clicks.count[places])
            clicks.ignored[places] = np.maximum(clicks.ignored[places], excess)

    def settle(self, now: int, prices: Ints) -> None:
        """Start anew with every clock hour."""
        del prices
        hour = now // HOUR
        if hour != self.hour and not self._idle:
            for past in (0, 1) if hour != self.hour + 1 else (self.hour & 1,):
                self._table(past)[:] = 0
            self._idle = not self.cells.any()
        self.hour = hour
        self.limit = MOST_CLICKS
        if not self._idle:
            self.limit += STRANGERS * (int(self._table(hour & 1).sum()) // CELLS)

    def _table(self, odd: int) -> Ints:
        return self.cells[odd * CELLS : (odd + 1) * CELLS]

    def describe(
        self, row: int, number: int, value: int, money: Money
    ) -> tuple[str, dict[str, Any]]:
        """The alert."""
        del row, value, money
        message = (
            f"{number} click records of sessions that hammer the offer will not be learnt from"
        )
        return message, {"records": number, "most_clicks_an_hour": MOST_CLICKS}


def _excess(cell: Ints, count: Ints, before: Ints, limit: int) -> Ints:
    """Of each record the clicks beyond the limit, given its cell's count before all of them."""
    order = np.argsort(cell, kind="stable")
    sizes = count[order]
    running = np.cumsum(sizes)
    first = np.flatnonzero(np.append(True, np.diff(cell[order]) != 0))
    offset = np.repeat(running[first] - sizes[first], np.diff(np.append(first, len(cell))))
    after = before[order] + running - offset
    excess = np.empty_like(count)
    excess[order] = np.minimum(np.maximum(after - limit, 0), sizes)
    return excess
