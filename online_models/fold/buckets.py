"""Event-time aggregation: every offer's demand per interval, silence included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.catalogue import ALWAYS
from online_models.fold.signals import Floats, Ints, OpenBucket, Signal, Signals

#: A gap of more empty intervals than this is an outage of the feed, not a want of demand: the
#: intervals before the last ones are passed over instead of being learnt as silence.
LONGEST_SILENCE = 60


class Buckets:
    """Open intervals of one length over all offers of a partition.

    `length` and `lateness` in ms. Interval k covers [k·length, (k+1)·length) of event time. It
    closes at the first watermark later than its end plus the lateness; what comes for it later is
    counted in `late`, and changes nothing.
    """

    def __init__(self, length: int, lateness: int) -> None:
        self.length = length
        self.lateness = lateness
        self.open: dict[int, OpenBucket] = {}
        self.signals = Signals()
        self.closed = ALWAYS
        self.late = 0
        self.skipped = 0

    def grow(self, offers: int) -> None:
        """Make room for new offers."""
        self.signals.grow(offers)

    def _bucket(self, index: int) -> OpenBucket:
        bucket = self.open.get(index)
        if bucket is None:
            bucket = self.open[index] = OpenBucket()
        bucket.grow(self.signals.size)
        return bucket

    def intervals(self, times: Ints) -> Ints:
        """The interval of each instant; −1 (and counted) where it is closed already."""
        index = times // self.length
        if self.closed != ALWAYS:
            late = index <= self.closed
            if late.any():
                self.late += int(np.count_nonzero(late))
                index[late] = -1
        return index

    def add(self, rows: Ints, index: Ints, **amounts: NDArray[Any]) -> None:
        """Add amounts to the open intervals `index` of offers `rows` (−1: dropped)."""
        low, high = (int(index.min()), int(index.max())) if len(index) else (-1, -1)
        for k in [low] if low == high else np.unique(index).tolist():
            if k < 0:
                continue
            chosen = slice(None) if low == high else index == k
            bucket = self._bucket(k)
            for name, amount in amounts.items():
                np.add.at(getattr(bucket, name), rows[chosen], amount[chosen])

    def put(self, rows: Ints, now: Ints, signals: Mapping[int, Any]) -> None:
        """From `now` on, the given signals have new values at offers `rows` (distinct)."""
        self.settle(rows, now)
        for signal, value in signals.items():
            self.signals.value[rows, signal] = value

    def settle(self, rows: Ints, until: Ints) -> None:
        """Integrate the signals of offers `rows` up to the instants `until`."""
        since = self.signals.since[rows]
        moved = until > since
        if not moved.any():
            return
        started = moved & (since != ALWAYS)
        if started.any():
            self._integrate(rows[started], since[started], until[started])
        self.signals.since[rows[moved]] = until[moved]

    def _integrate(self, rows: Ints, since: Ints, until: Ints) -> None:
        value = self.signals.value[rows]
        last = (until - 1) // self.length
        since = np.maximum(since, (last - LONGEST_SILENCE) * self.length)
        if self.closed != ALWAYS:
            since = np.maximum(since, (self.closed + 1) * self.length)
        for k in _between(since // self.length, last):
            start = k * self.length
            overlap = np.minimum(until, start + self.length) - np.maximum(since, start)
            np.maximum(overlap, 0, out=overlap)
            if overlap.any():
                bucket = self._bucket(k)
                bucket.area[rows] += value * overlap[:, None]
                promotion = self.signals.promotion[rows]
                ran = (promotion >= 0) & (overlap > 0)
                bucket.promotion[rows[ran]] = promotion[ran]

    def close(self, watermark: int) -> Iterator[tuple[int, OpenBucket]]:
        """Close what is over: yields (start in ms, bucket), oldest first."""
        last = (watermark - self.lateness - 1) // self.length - 1
        first = self._first()
        if first is None or last < first:
            return
        everyone = np.arange(self.signals.size)
        end = (last + 1) * self.length
        self.settle(everyone, np.full(self.signals.size, end))
        busy = sorted(k for k in self.open if k <= last)
        silent = max(last - LONGEST_SILENCE - first, 0)
        self.skipped += silent - sum(k < first + silent for k in busy)
        for k in busy:
            bucket = self.open.pop(k)
            bucket.grow(self.signals.size)
            yield k * self.length, bucket
        self.closed = last

    def _first(self) -> int | None:
        """The oldest interval that is not closed, None before anything is sold or seen."""
        if self.closed != ALWAYS:
            return self.closed + 1
        since = self.signals.since[self.signals.since != ALWAYS]
        sold = [int(since.min()) // self.length] if len(since) else []
        return min([*self.open, *sold], default=None)

    def averages(self, bucket: OpenBucket) -> tuple[Floats, NDArray[np.bool_]]:
        """Mean of each signal over its presence, shape (offers, WIDTH), and who was on sale."""
        area = bucket.area
        on_sale = area[:, Signal.ON_SALE]
        present = on_sale > 0
        mean = area / np.where(present, on_sale, 1.0)[:, None]
        rival = area[:, Signal.RIVAL]
        seen = rival > 0
        for signal in (Signal.RIVAL_LOWEST, Signal.RIVAL_MEAN):
            mean[:, signal] = np.where(seen, area[:, signal] / np.where(seen, rival, 1.0), np.nan)
        return mean, present

    def snapshot(self) -> dict[str, Any]:
        """Arrays and plain values."""
        return {
            "signals": self.signals.snapshot(),
            "open": {str(k): bucket.snapshot() for k, bucket in self.open.items()},
            "closed": self.closed,
            "late": self.late,
            "skipped": self.skipped,
        }

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any], length: int, lateness: int) -> Buckets:
        """The inverse of `snapshot`."""
        buckets = cls(length, lateness)
        buckets.signals = Signals.restore(snapshot["signals"])
        buckets.open = {int(k): OpenBucket.restore(b) for k, b in snapshot["open"].items()}
        buckets.closed = snapshot["closed"]
        buckets.late = snapshot["late"]
        buckets.skipped = snapshot["skipped"]
        return buckets


def _between(first: Ints, last: Ints) -> list[int]:
    """All intervals from `first` to `last` of any row, ascending; both have shape (n,)."""
    low, high = int(first.min()), int(last.max())
    if high - low <= LONGEST_SILENCE:
        return list(range(low, high + 1))
    steps = np.arange(LONGEST_SILENCE + 1)
    reached = np.minimum(first[:, None] + steps, last[:, None])
    return [int(k) for k in np.unique(reached)]
