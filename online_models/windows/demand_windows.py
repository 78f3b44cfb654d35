"""Event-time aggregation: every offer's demand per window, silence included.

Every instant of an offer falls into one window: a day, or, while the offer's speed or its policy
asks for it, an hour. Offers change over at a midnight that is still to come, so that neither what
was counted nor what is open moves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import Columns, column
from online_models.numerics.compiled import compiled
from online_models.numerics.masks import anywhere
from online_models.persistence.kinds import Part
from online_models.persistence.saved import Saved
from online_models.shop.catalogue import ALWAYS, NEVER
from online_models.windows.paid_prices import note
from online_models.windows.signals import Floats, Ints, Signal, SignalColumns, WindowSums
from online_models.windows.tumbling import TumblingWindows, distinct, midnight
from schemas.values.instants import DAY, HOUR

#: A window id is twice its start in ms, plus this where it is an hour.
_FINE = 1


class HourlySpan(Columns):
    """Per offer the span of event time that is counted by the hour, ms; [NEVER, NEVER) if none."""

    since: Ints = column(np.int64, NEVER)
    until: Ints = column(np.int64, NEVER)


class ClosedWindow(NamedTuple):
    """A window that is over: its sums, and the mask of the offers counted by it."""

    start_ms: int
    length_ms: int
    sums: WindowSums
    counted: NDArray[np.bool_]


class DemandWindows:
    """Open windows over all offers of a partition.

    Where they are a day long, fast offers may be counted by the hour, with a lateness of their own.
    The shop's clock is `utc_offset_ms` ahead of UTC's.
    """

    SAVED = Saved(
        signals=Part(),
        hourly_span=Part(),
        coarse=Part(),
        fine=Part(),
        split=bool,
    )

    def __init__(
        self,
        length_ms: int,
        lateness_ms: int,
        hourly_lateness_ms: int = HOUR,
        utc_offset_ms: int = 0,
    ) -> None:
        self.utc_offset_ms = utc_offset_ms
        self.signals = SignalColumns()
        self.hourly_span = HourlySpan()
        self.coarse = TumblingWindows(length_ms, lateness_ms, utc_offset_ms)
        self.fine = TumblingWindows(HOUR, hourly_lateness_ms, utc_offset_ms)
        #: Whether any offer is, or ever was, counted by the hour.
        self.split = False

    def grow(self, offers: int) -> None:
        """Make room for new offers."""
        self.signals.grow(offers)
        self.hourly_span.grow(offers)

    def begin(self, now: int) -> None:
        """Take the first event that moves the clock, at `now` (ms), for where time begins."""
        self.coarse.begin(now)

    def set_back(self, now: int) -> None:
        """Count on from `now` (ms). The window that it lies in stays closed if it was: what was
        said of it stays said.
        """
        np.minimum(self.signals.since, now, out=self.signals.since)
        for tumbling in (self.coarse, self.fine):
            tumbling.set_back(now)
        for instants in (self.hourly_span.since, self.hourly_span.until):
            later = (instants > now) & (instants != NEVER)
            instants[later] = self.midnight_after(now)

    def midnight_after(self, now: int) -> int:
        """The shop's first midnight after an instant, ms."""
        return midnight(now, self.utc_offset_ms) + DAY

    def hourly(self, at: int) -> NDArray[np.bool_]:
        """Mask of the offers that are counted by the hour at `at` (ms)."""
        mask: NDArray[np.bool_] = (self.hourly_span.since <= at) & (at < self.hourly_span.until)
        return mask

    def change(self, faster: Ints, slower: Ints, at: int, now: int) -> None:
        """From `at` on (a midnight after `now`, ms) count offers by the hour, or by the day.

        Offers whose days before the last change are still open stay as they are.
        """
        span = self.hourly_span
        settled = (span.since[faster] == NEVER) | (span.until[faster] <= self.coarse.floor)
        faster = faster[settled]
        moved = np.concatenate([faster, slower])
        if not len(moved):
            return
        self.settle(moved, np.full(len(moved), now))
        span.since[faster], span.until[faster] = at, NEVER
        span.until[slower] = at
        self.split = True

    def ids(self, rows: Ints, times: Ints) -> Ints:
        """The id of the window of each event; −1 (and counted) where it is closed already."""
        if not self.split:
            return _ids(self.coarse.starts(times), 0)
        fine = (self.hourly_span.since[rows] <= times) & (times < self.hourly_span.until[rows])
        ids = np.empty(len(rows), dtype=np.int64)
        ids[~fine] = _ids(self.coarse.starts(times[~fine]), 0)
        ids[fine] = _ids(self.fine.starts(times[fine]), _FINE)
        return ids

    def still_open(self, ids: Ints) -> Ints:
        """The ids of windows, −1 where they have closed meanwhile."""
        if not self.split:
            return ids
        floor = np.where(ids & _FINE, self.fine.floor, self.coarse.floor)
        return np.where(ids >> 1 >= floor, ids, -1)

    @property
    def forgotten(self) -> int:
        """The id of the last window that no event can fall into any more, of whatever length."""
        return 2 * self.coarse.floor - 1 if self.coarse.closed != ALWAYS else ALWAYS

    def add(self, rows: Ints, ids: Ints, **amounts: NDArray[Any]) -> None:
        """Add amounts to the open windows `ids` of offers `rows` (−1: dropped)."""
        alone = len(found := distinct(ids)) == 1
        for found_id in found:
            if found_id < 0:
                continue
            tumbling = self.fine if found_id & _FINE else self.coarse
            chosen = slice(None) if alone else ids == found_id
            sums = tumbling.sums(tumbling.index(found_id >> 1), self.signals.size)
            for name, amount in amounts.items():
                np.add.at(getattr(sums, name), rows[chosen], amount[chosen])

    def note_paid(self, rows: Ints, ids: Ints, prices: Ints) -> None:
        """Take down what lines of offers `rows` paid in the windows `ids` (−1: dropped), (n,)."""
        for found_id in distinct(ids):
            if found_id < 0:
                continue
            tumbling = self.fine if found_id & _FINE else self.coarse
            sums = tumbling.sums(tumbling.index(found_id >> 1), self.signals.size)
            chosen = ids == found_id
            kept = sums.kept_price, sums.kept_lines, sums.public_lines
            note(*kept, rows[chosen], prices[chosen])

    def open_sums(self, length_ms: int) -> list[WindowSums]:
        """The sums of the open windows of a length, oldest first."""
        tumbling = self.coarse if length_ms == self.coarse.length_ms else self.fine
        later = [tumbling.open[k] for k in sorted(tumbling.open)]
        for sums in later:
            sums.grow(self.signals.size)
        return later

    def put(self, rows: Ints, now: Ints, first: int, values: Floats) -> None:
        """From `now` on, signals `first`, `first` + 1 … of distinct `rows` are `values`, (n, k)."""
        self.settle(rows, now)
        self.signals.value[rows, first : first + values.shape[1]] = values

    def put_changed(
        self,
        rows: Ints,
        now: Ints,
        columns: list[int],
        values: Floats,
        promotion: NDArray[np.int32],
    ) -> None:
        """From `now` on the signals in `columns` of distinct `rows` are `values`, (n, columns), and
        `promotion` runs; what is so already is left as it is.
        """
        signals, running, at = self.signals.value, self.signals.promotion, np.array(columns)
        changed = _changes(signals, running, rows, at, values, promotion)
        if anywhere(changed):
            some = rows[changed]
            self.settle(some, now[changed])
            signals[some[:, None], at] = values[changed]
            running[some] = promotion[changed]

    def settle(self, rows: Ints, until: Ints) -> None:
        """Integrate the signals of offers `rows` up to the instants `until`."""
        since = self.signals.since[rows]
        moved = until > since
        if not anywhere(moved):
            return
        started = moved & (since != ALWAYS)
        if anywhere(started):
            self._integrate(rows[started], since[started], until[started])
        self.signals.since[rows[moved]] = until[moved]

    def _integrate(self, rows: Ints, since: Ints, until: Ints) -> None:
        if not self.split:
            self._piece(self.coarse, rows, since, until)
            return
        begins = np.clip(self.hourly_span.since[rows], since, until)
        ends = np.clip(self.hourly_span.until[rows], begins, until)
        for tumbling, low, high in (
            (self.coarse, since, begins),
            (self.fine, begins, ends),
            (self.coarse, ends, until),
        ):
            some = high > low
            if anywhere(some):
                self._piece(tumbling, rows[some], low[some], high[some])

    def _piece(self, tumbling: TumblingWindows, rows: Ints, since: Ints, until: Ints) -> None:
        value, promotion = self.signals.value[rows], self.signals.promotion[rows]
        tumbling.integrate(rows, since, until, value, promotion, self.signals.size)

    def close(self, watermark: int) -> Iterator[ClosedWindow]:
        """Close what is over, in order of the ends, days before hours."""
        days, hours = list(self._close(self.coarse, watermark)), list[ClosedWindow]()
        if self.split:
            hours = list(self._close(self.fine, watermark))
        yield from sorted(days + hours, key=lambda c: (c.start_ms + c.length_ms, -c.length_ms))

    def _close(self, tumbling: TumblingWindows, watermark: int) -> Iterator[ClosedWindow]:
        last, first = tumbling.over(watermark), self._first(tumbling)
        if first is None or last < first:
            return
        everyone, end = np.arange(self.signals.size), tumbling.start(last + 1)
        if tumbling is self.fine:
            everyone = np.flatnonzero(self.hourly_span.since < end)
        self.settle(everyone, np.full(len(everyone), end))
        for start, sums in tumbling.close(last, first, self.signals.size):
            fine = (self.hourly_span.since <= start) & (start < self.hourly_span.until)
            yield ClosedWindow(
                start, tumbling.length_ms, sums, fine if tumbling is self.fine else ~fine
            )

    def _first(self, tumbling: TumblingWindows) -> int | None:
        """The oldest window that is not closed, None before anything is sold or seen."""
        if tumbling.closed != ALWAYS:
            return tumbling.closed + 1
        if tumbling is self.fine:
            began = int(self.hourly_span.since.min())
            return None if began == NEVER else tumbling.index(began)
        since = self.signals.since[self.signals.since != ALWAYS]
        sold = [tumbling.index(int(since.min()))] if len(since) else []
        return min([*tumbling.open, *sold], default=None)


@compiled
def _changes(
    signals: Floats,
    running: NDArray[np.int32],
    rows: Ints,
    columns: Ints,
    values: Floats,
    promotion: NDArray[np.int32],
) -> NDArray[np.bool_]:
    changed: NDArray[np.bool_] = running[rows] != promotion
    for i in range(rows.size):
        for k in range(columns.size):
            changed[i] |= signals[rows[i], columns[k]] != values[i, k]
    return changed


def averages(sums: WindowSums, rows: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Mean of each signal over its presence at offers `rows`, (n, WIDTH), and who was on sale."""
    area = sums.area[rows]
    on_sale = area[:, Signal.ON_SALE]
    present = on_sale > 0
    mean = area / np.where(present, on_sale, 1.0)[:, None]
    quoted = area[:, Signal.COMPETITOR]
    seen = quoted > 0
    for signal in (Signal.COMPETITOR_LOWEST, Signal.COMPETITOR_MEAN):
        mean[:, signal] = np.where(seen, area[:, signal] / np.where(seen, quoted, 1.0), np.nan)
    return mean, present


def _ids(starts: Ints, fine: int) -> Ints:
    return np.where(starts < 0, -1, 2 * starts + fine)
