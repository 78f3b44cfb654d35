"""`fold(state, batch) → outputs`, for one partition of the journal."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.fold import spans
from online_models.fold.decide import Placed, decide, update_signals
from online_models.fold.facts import HANDLERS
from online_models.fold.lookup import Lookup, is_barrier
from online_models.fold.on_sale import start_clock
from online_models.fold.rounds import fold_barrier_fact
from online_models.fold.state import FoldSettings, State
from online_models.fold.sums import flush
from online_models.fold.tick import tick
from online_models.journal.batch import Batch, Kind
from online_models.journal.outputs import Output
from online_models.journal.partitioning import is_for_all
from online_models.numerics.arrays import filled
from online_models.numerics.masks import anywhere, everywhere
from online_models.persistence.saved import restore, save
from online_models.pricing.state.causes import Causes

Ints = NDArray[np.int64]


class Fold:
    """The pricer of one partition: a pure function of the events so far.

    The same events in the same order give the same outputs, byte for byte, however they are cut
    into batches, and wherever the state was saved and restored in between.
    """

    def __init__(self, settings: FoldSettings) -> None:
        self.state = State(settings)

    def step(self, batch: Batch) -> list[Output]:
        """Take one batch; returns its outputs in the order of the events that led to them."""
        state = self.state
        state.clock.observe(batch.watermarks)
        fresh = state.progress.fresh(batch)
        # events before each duplicate: the first tick after them says so
        ignored = state.progress.ignored
        if not state.settings.speaks_for_shop:
            ignored = [place for place in ignored if not is_for_all(batch, place)]
        duplicates = np.cumsum(fresh)[ignored].tolist() if ignored else []
        if not everywhere(fresh):
            batch = batch.take(fresh)
        if not len(batch):
            state.count("duplicate_event", len(duplicates))
            return []
        lookup = Lookup(state, batch)
        placed: list[Placed] = []
        barriers = is_barrier(batch).nonzero()[0].tolist()
        low = 0
        for barrier in [*barriers, len(batch)]:
            if barrier > low:
                placed += self._segment(batch, lookup, low, barrier)
            past = bisect_right(duplicates, barrier)
            state.count("duplicate_event", past)
            del duplicates[:past]
            if barrier < len(batch):
                placed += self._barrier(batch, barrier)
            low = barrier + 1
        return [output for _, output in placed]

    def _segment(self, batch: Batch, lookup: Lookup, low: int, high: int) -> list[Placed]:
        state, clock = self.state, self.state.clock
        timed = self._timed(batch, low, high)
        placed: list[Placed] = []
        if not clock.running and anywhere(timed):
            first = low + int(np.argmax(timed))
            if first > low:
                now = filled(len(batch), clock.now)
                placed += spans.run(state, batch, lookup, now, low, first)
            clock.now = int(batch.time[first])
            placed += self._start(batch, first)
            timed = timed[first - low :]
            low = first
        times = np.where(timed, batch.time[low:high], clock.now)
        now = filled(len(batch), clock.now)
        now[low:high] = np.maximum(np.maximum.accumulate(times), clock.now)
        clock.now = int(now[high - 1])
        return placed + spans.run(state, batch, lookup, now, low, high)

    def _timed(self, batch: Batch, low: int, high: int) -> NDArray[np.bool_]:
        """Mask of the events whose time moves the clock."""
        fact = batch.kind[low:high] == Kind.FACT
        times = batch.time[low:high]
        timed: NDArray[np.bool_] = ~fact & (times >= 0)
        facts = fact.nonzero()[0].tolist()
        if not facts:
            return timed
        before = np.maximum.accumulate(np.where(timed, times, self.state.clock.now))
        latest = self.state.clock.now
        for i in facts:
            handler = HANDLERS[batch.facts[batch.detail[low + i]].topic]
            time, latest = int(times[i]), max(latest, int(before[i]))
            timed[i] = time >= 0 and handler.moves(time, latest)
            if timed[i]:
                latest = max(latest, time)
        return timed

    def _barrier(self, batch: Batch, place: int) -> list[Placed]:
        state, clock = self.state, self.state.clock
        if batch.kind[place] == Kind.TICK:
            return tick(state, batch, place)
        handler = HANDLERS[batch.facts[batch.detail[place]].topic]
        time = int(batch.time[place])
        placed: list[Placed] = []
        if time >= 0 and handler.moves(time, clock.now):
            started = clock.running
            clock.now = max(clock.now, time)
            if not started:
                placed += self._start(batch, place)
        if handler.moves_clock and not clock.running:
            if state.settings.speaks_for_shop or not is_for_all(batch, place):
                state.count("untimely_control")
            return placed
        return placed + fold_barrier_fact(state, batch, clock.now, place)

    def _start(self, batch: Batch, place: int) -> list[Placed]:
        """Price what waited for the first event that moves the clock; each offer's cause is the
        record that put it on sale.
        """
        state = self.state
        records = state.waiting
        rows = start_clock(state, state.clock.now)
        if not len(rows):
            return []
        now = np.full(len(rows), state.clock.now, dtype=np.int64)
        update_signals(state, rows, now)
        places = np.full(len(rows), place, dtype=np.int64)
        causes = Causes.of([records[row] for row in rows.tolist()])
        return decide(state, batch, rows, now, places, causes)

    def snapshot(self) -> dict[str, Any]:
        """The state as nested plain values and arrays."""
        flush(self.state)
        return save(self.state)

    @classmethod
    def restore(cls, snapshot: Mapping[str, Any], settings: FoldSettings) -> Fold:
        """A fold that goes on where `snapshot` was taken, under the same settings."""
        fold = cls(settings)
        restore(fold.state, snapshot)
        return fold
