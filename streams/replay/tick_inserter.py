"""Ticks for recorded input: event time as it passes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from online_models.journal.batch import Batch, BatchBuilder, Kind
from schemas.values.instants import DAY, HOUR
from streams.ingest.clock.watermarks import with_ticks


class TickInserter:
    """Inserts a tick before the first event of every new `step` (ms) of event time, and one at
    every midnight before that: what ends by itself ends in a gap of the recording too.

    Recorded records come in timestamp order, so whatever belongs to the time before has been seen.
    """

    def __init__(self, step: int = HOUR) -> None:
        self.latest = 0
        self._step = step
        self._day = -1

    def insert(self, batch: Batch) -> Batch:
        """The batch with its ticks."""
        hot = batch.kind <= Kind.COMPETITOR_PRICE
        times = np.maximum(np.maximum.accumulate(np.where(hot, batch.time, 0)), self.latest)
        if not len(times):
            return batch
        steps = times // self._step * self._step
        before = np.concatenate([[self.latest], times[:-1]])
        places: list[int] = []
        ticks: list[int] = []
        for place in np.flatnonzero((steps > before) & (before > 0)).tolist():
            step, since = int(steps[place]), int(before[place])
            added = [*range((since // DAY + 1) * DAY, step, DAY), step]
            places += [place] * len(added)
            ticks += added
        self.latest = int(times[-1])
        return with_ticks(batch, places, ticks, [])

    def days(self, batch: Batch) -> Iterator[tuple[Batch, bool]]:
        """The batch cut behind the first tick of every day, and whether a part ends with one.

        There the partitions exchange what they learnt: so it reaches them at the same place however
        the recording is read.
        """
        places = np.flatnonzero(batch.kind == Kind.TICK)
        days = batch.time[places] // DAY
        before = np.concatenate([[self._day], days[:-1]])
        low = 0
        for place in places[days > before].tolist():
            yield batch.take(slice(low, place + 1)), True
            low = place + 1
        if len(days):
            self._day = int(days[-1])
        if low < len(batch):
            yield batch.take(slice(low, len(batch))), False

    def end(self, time: int) -> Batch:
        """A last tick, at `time`; nothing where no event ever came."""
        empty = BatchBuilder().batch()
        return with_ticks(empty, [0], [time], []) if self.latest else empty
