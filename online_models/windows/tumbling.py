"""Open windows of one length, and what happened in each of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.compiled import compiled
from online_models.numerics.masks import anywhere
from online_models.persistence.kinds import Parts
from online_models.persistence.saved import Saved
from online_models.shop.catalogue import ALWAYS
from online_models.windows.signals import Floats, Ints, Signal, WindowSums
from schemas.values.instants import DAY

#: A gap of more empty windows than this is an outage of the feed, not a want of demand: the
#: windows before the last ones are passed over instead of being learnt as silence.
LONGEST_SILENCE = 60
#: The place of the price among the signals, as compiled rules read it.
PRICE = Signal.PRICE


@compiled
def accumulate(
    area: Floats,
    ran: NDArray[np.int32],
    first: Floats,
    last: Floats,
    rows: Ints,
    since: Ints,
    until: Ints,
    start: int,
    end: int,
    value: Floats,
    promotion: NDArray[np.int32],
) -> None:
    """Add constant signals `value`, (n, WIDTH), of offers `rows` over [since, until) to their
    integrals `area` over the window [start, end), ms; `ran` is the last promotion that ran in it,
    `first` and `last` are the prices in force when it began and ended.
    """
    for i in range(len(rows)):
        overlap = min(until[i], end) - max(since[i], start)
        if overlap > 0:
            row = rows[i]
            for k in range(value.shape[1]):
                area[row, k] += value[i, k] * overlap
            if promotion[i] >= 0:
                ran[row] = promotion[i]
            if value[i, PRICE] > 0.0:
                last[row] = value[i, PRICE]
                if first[row] == 0.0:
                    first[row] = last[row]


class TumblingWindows:
    """Window k covers [phase + k·length, phase + (k+1)·length) ms.

    Days and hours begin with those of a shop whose clock is `utc_offset_ms` ahead of UTC's.
    It closes at the first watermark later than its end plus the lateness; what comes for it later
    is counted in `late`, and changes nothing.
    """

    SAVED = Saved(
        open=Parts(WindowSums),
        phase=int,
        closed=int,
        late=int,
        skipped=int,
    )

    def __init__(self, length_ms: int, lateness_ms: int, utc_offset_ms: int = 0) -> None:
        self.length_ms = length_ms
        self.lateness_ms = lateness_ms
        self.utc_offset_ms = utc_offset_ms
        self.open: dict[int, WindowSums] = {}
        self.phase = -utc_offset_ms % length_ms
        self.closed = ALWAYS
        self.late = 0
        self.skipped = 0

    @property
    def floor(self) -> int:
        """The instant from which on windows are open, ms; ALWAYS before any has closed."""
        return ALWAYS if self.closed == ALWAYS else self.start(self.closed + 1)

    def begin(self, now: int) -> None:
        """Let windows of several days begin with the day of `now` (ms), the first that is known:
        a week in which prices hold is not cut by one of the calendar's.
        """
        if self.length_ms > DAY:
            self.phase = midnight(now, self.utc_offset_ms) % self.length_ms

    def start(self, index: Any) -> Any:
        """The start of a window, or of each of an array of them, ms."""
        return index * self.length_ms + self.phase

    def index(self, time: Any) -> Any:
        """The window of an instant, or of each of an array of them, ms."""
        return (time - self.phase) // self.length_ms

    def sums(self, index: int, offers: int) -> WindowSums:
        """The sums of one window, with room for `offers`."""
        sums = self.open.get(index)
        if sums is None:
            sums = self.open[index] = WindowSums()
        sums.grow(offers)
        return sums

    def starts(self, times: Ints) -> Ints:
        """The start of the window of each instant, ms; −1 (and counted) where it is closed."""
        index = self.index(times)
        if self.closed != ALWAYS:
            late = index <= self.closed
            if anywhere(late):
                self.late += int(np.count_nonzero(late))
                index[late] = -1
        return np.where(index < 0, -1, self.start(index))

    def integrate(
        self,
        rows: Ints,
        since: Ints,
        until: Ints,
        value: Floats,
        promotion: NDArray[np.int32],
        offers: int,
    ) -> None:
        """Add signals of constant `value` (n, WIDTH) over [since, until) of offers `rows`."""
        last = self.index(until - 1)
        since = np.maximum(since, self.start(last - LONGEST_SILENCE))
        if self.closed != ALWAYS:
            since = np.maximum(since, self.floor)
        for k in _between(self.index(since), last):
            start = self.start(k)
            end = start + self.length_ms
            if anywhere((since < end) & (until > start)):
                sums = self.sums(k, offers)
                found = sums.area, sums.promotion, sums.first_price, sums.last_price
                accumulate(*found, rows, since, until, start, end, value, promotion)

    def set_back(self, now: int) -> None:
        """Open the windows after that of `now` (ms), which are empty."""
        present = self.index(now)
        self.open = {k: sums for k, sums in self.open.items() if k <= present}
        if self.closed > present:
            self.closed = present

    def over(self, watermark: int) -> int:
        """The last window that is over at `watermark`."""
        last: int = self.index(watermark - self.lateness_ms - 1) - 1
        return last

    def close(self, last: int, first: int, offers: int) -> Iterator[tuple[int, WindowSums]]:
        """Take out the windows up to `last`, the first open one being `first`, oldest first."""
        busy = sorted(k for k in self.open if k <= last)
        silent = max(last - LONGEST_SILENCE - first, 0)
        self.skipped += silent - sum(k < first + silent for k in busy)
        for k in busy:
            sums = self.open.pop(k)
            sums.grow(offers)
            yield self.start(k), sums
        self.closed = last


def _between(first: Ints, last: Ints) -> list[int]:
    """All windows from `first` to `last` of any row, ascending; both have shape (n,)."""
    low, high = int(first.min()), int(last.max())
    if high - low <= LONGEST_SILENCE:
        return list(range(low, high + 1))
    steps = np.arange(LONGEST_SILENCE + 1)
    reached = np.minimum(first[:, None] + steps, last[:, None])
    return [int(k) for k in np.unique(reached)]


def midnight(now: int, utc_offset_ms: int) -> int:
    """The last midnight up to an instant of a clock that is `utc_offset_ms` ahead of UTC's, ms."""
    return (now + utc_offset_ms) // DAY * DAY - utc_offset_ms


def distinct(values: NDArray[np.int64]) -> list[int]:
    """Distinct values, ascending; a shortcut where there is one."""
    if not len(values):
        return []
    low, high = int(values.min()), int(values.max())
    return [low] if low == high else [int(v) for v in np.unique(values)]
