"""Event-time aggregation: every offer's demand per interval, silence included.

Every instant of an offer falls into one interval: a day, or, while the offer's speed or its policy
asks for it, an hour. Offers change over at a midnight that is still to come, so that neither what
was counted nor what is open moves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from online_models.numerics.columns import FEW, Columns, column
from online_models.shop.catalogue import ALWAYS, NEVER
from online_models.windows.signals import Floats, Ints, OpenBucket, Signal, Signals
from online_models.windows.tumbling import Grain, distinct, midnight
from schemas.values.instants import DAY, HOUR

#: An interval is told by twice its start in ms, plus this where it is an hour.
_FINE = 1


class Window(Columns):
    """Per offer the span of event time that is counted by the hour, ms; [NEVER, NEVER) if none."""

    since: Ints = column(np.int64, NEVER)
    until: Ints = column(np.int64, NEVER)


class Closed(NamedTuple):
    """An interval that is over: `start` and `length` in ms, and the offers counted by it."""

    start: int
    length: int
    bucket: OpenBucket
    counted: NDArray[np.bool_]


class Buckets:
    """Open intervals over all offers of a partition.

    `length` and `lateness` in ms; where the length is a day, fast offers may be counted by the
    hour, with `hourly_lateness`. The shop's clock is `utc_offset` ms ahead of UTC's.
    """

    def __init__(
        self, length: int, lateness: int, hourly_lateness: int = HOUR, utc_offset: int = 0
    ) -> None:
        self.utc_offset = utc_offset
        self.signals = Signals()
        self.window = Window()
        self.coarse = Grain(length, lateness, utc_offset)
        self.fine = Grain(HOUR, hourly_lateness, utc_offset)
        #: Whether any offer is, or ever was, counted by the hour.
        self.split = False

    def grow(self, offers: int) -> None:
        """Make room for new offers."""
        self.signals.grow(offers)
        self.window.grow(offers)

    def begin(self, now: int) -> None:
        """Take the first event that tells the time, at `now` (ms), for where time begins."""
        self.coarse.begin(now)

    def midnight_after(self, now: int) -> int:
        """The shop's first midnight after an instant, ms."""
        return midnight(now, self.utc_offset) + DAY

    def hourly(self, at: int) -> NDArray[np.bool_]:
        """Mask of the offers that are counted by the hour at `at` (ms)."""
        mask: NDArray[np.bool_] = (self.window.since <= at) & (at < self.window.until)
        return mask

    def change(self, faster: Ints, slower: Ints, at: int, now: int) -> None:
        """From `at` on (a midnight after `now`, ms) count offers by the hour, or by the day.

        Offers whose days before the last change are still open stay as they are.
        """
        window = self.window
        settled = (window.since[faster] == NEVER) | (window.until[faster] <= self.coarse.floor)
        faster = faster[settled]
        moved = np.concatenate([faster, slower])
        if not len(moved):
            return
        self.settle(moved, np.full(len(moved), now))
        window.since[faster], window.until[faster] = at, NEVER
        window.until[slower] = at
        self.split = True

    def intervals(self, rows: Ints, times: Ints) -> Ints:
        """The interval of each event; −1 (and counted) where it is closed already."""
        if not self.split:
            return _named(self.coarse.starts(times), 0)
        fine = (self.window.since[rows] <= times) & (times < self.window.until[rows])
        intervals = np.empty(len(rows), dtype=np.int64)
        intervals[~fine] = _named(self.coarse.starts(times[~fine]), 0)
        intervals[fine] = _named(self.fine.starts(times[fine]), _FINE)
        return intervals

    def still_open(self, intervals: Ints) -> Ints:
        """The intervals, −1 where they have closed meanwhile."""
        if not self.split:
            return intervals
        floor = np.where(intervals & _FINE, self.fine.floor, self.coarse.floor)
        return np.where(intervals >> 1 >= floor, intervals, -1)

    @property
    def forgotten(self) -> int:
        """The last interval that no event can fall into any more, of whatever length."""
        return 2 * self.coarse.floor - 1 if self.coarse.closed != ALWAYS else ALWAYS

    def add(self, rows: Ints, intervals: Ints, **amounts: NDArray[Any]) -> None:
        """Add amounts to the open `intervals` of offers `rows` (−1: dropped)."""
        whole = len(found := distinct(intervals)) == 1
        for interval in found:
            if interval < 0:
                continue
            grain = self.fine if interval & _FINE else self.coarse
            chosen = slice(None) if whole else intervals == interval
            bucket = grain.bucket(grain.index(interval >> 1), self.signals.size)
            for name, amount in amounts.items():
                np.add.at(getattr(bucket, name), rows[chosen], amount[chosen])

    def put(self, rows: Ints, now: Ints, first: int, values: Floats) -> None:
        """From `now` on, signals `first`, `first` + 1 … of distinct `rows` are `values`, (n, k)."""
        self.settle(rows, now)
        self.signals.value[rows, first : first + values.shape[1]] = values

    def settle(self, rows: Ints, until: Ints) -> None:
        """Integrate the signals of offers `rows` up to the instants `until`."""
        if len(rows) <= FEW and not self.split:
            for row, end in zip(rows.tolist(), until.tolist(), strict=True):
                self._settle_one(row, end)
            return
        since = self.signals.since[rows]
        moved = until > since
        if not moved.any():
            return
        started = moved & (since != ALWAYS)
        if started.any():
            self._integrate(rows[started], since[started], until[started])
        self.signals.since[rows[moved]] = until[moved]

    def _settle_one(self, row: int, until: int) -> None:
        signals = self.signals
        since = signals.since.item(row)
        if until > since:
            if since != ALWAYS:
                value, promotion = signals.value[row], signals.promotion.item(row)
                self.coarse.integrate_one(row, since, until, value, promotion, signals.size)
            signals.since[row] = until

    def _integrate(self, rows: Ints, since: Ints, until: Ints) -> None:
        if not self.split:
            self._piece(self.coarse, rows, since, until)
            return
        begins = np.clip(self.window.since[rows], since, until)
        ends = np.clip(self.window.until[rows], begins, until)
        for grain, low, high in (
            (self.coarse, since, begins),
            (self.fine, begins, ends),
            (self.coarse, ends, until),
        ):
            some = high > low
            if some.any():
                self._piece(grain, rows[some], low[some], high[some])

    def _piece(self, grain: Grain, rows: Ints, since: Ints, until: Ints) -> None:
        value, promotion = self.signals.value[rows], self.signals.promotion[rows]
        grain.integrate(rows, since, until, value, promotion, self.signals.size)

    def close(self, watermark: int) -> Iterator[Closed]:
        """Close what is over, in order of the ends, days before hours."""
        days, hours = list(self._close(self.coarse, watermark)), list[Closed]()
        if self.split:
            hours = list(self._close(self.fine, watermark))
        yield from sorted(days + hours, key=lambda c: (c.start + c.length, -c.length))

    def _close(self, grain: Grain, watermark: int) -> Iterator[Closed]:
        last, first = grain.over(watermark), self._first(grain)
        if first is None or last < first:
            return
        everyone, end = np.arange(self.signals.size), grain.start(last + 1)
        if grain is self.fine:
            everyone = np.flatnonzero(self.window.since < end)
        self.settle(everyone, np.full(len(everyone), end))
        for start, bucket in grain.close(last, first, self.signals.size):
            fine = (self.window.since <= start) & (start < self.window.until)
            yield Closed(start, grain.length, bucket, fine if grain is self.fine else ~fine)

    def _first(self, grain: Grain) -> int | None:
        """The oldest interval that is not closed, None before anything is sold or seen."""
        if grain.closed != ALWAYS:
            return grain.closed + 1
        if grain is self.fine:
            began = int(self.window.since.min())
            return None if began == NEVER else grain.index(began)
        since = self.signals.since[self.signals.since != ALWAYS]
        sold = [grain.index(int(since.min()))] if len(since) else []
        return min([*grain.open, *sold], default=None)

    def snapshot(self) -> dict[str, Any]:
        """Arrays and plain values."""
        return {
            "signals": self.signals.snapshot(),
            "window": self.window.snapshot(),
            "coarse": self.coarse.snapshot(),
            "fine": self.fine.snapshot(),
            "split": self.split,
        }

    @classmethod
    def restore(
        cls,
        snapshot: Mapping[str, Any],
        length: int,
        lateness: int,
        hourly_lateness: int,
        utc_offset: int,
    ) -> Buckets:
        """The inverse of `snapshot`."""
        buckets = cls(length, lateness, hourly_lateness, utc_offset)
        buckets.signals = Signals.restore(snapshot["signals"])
        buckets.window = Window.restore(snapshot["window"])
        buckets.coarse = Grain.restore(snapshot["coarse"], length, lateness, utc_offset)
        buckets.fine = Grain.restore(snapshot["fine"], HOUR, hourly_lateness, utc_offset)
        buckets.split = snapshot["split"]
        return buckets


def averages(bucket: OpenBucket, rows: Ints) -> tuple[Floats, NDArray[np.bool_]]:
    """Mean of each signal over its presence at offers `rows`, (n, WIDTH), and who was on sale."""
    area = bucket.area[rows]
    on_sale = area[:, Signal.ON_SALE]
    present = on_sale > 0
    mean = area / np.where(present, on_sale, 1.0)[:, None]
    rival = area[:, Signal.RIVAL]
    seen = rival > 0
    for signal in (Signal.RIVAL_LOWEST, Signal.RIVAL_MEAN):
        mean[:, signal] = np.where(seen, area[:, signal] / np.where(seen, rival, 1.0), np.nan)
    return mean, present


def _named(starts: Ints, fine: int) -> Ints:
    return np.where(starts < 0, -1, 2 * starts + fine)
