"""How far event time has come, as one ingest sees it."""

from __future__ import annotations

import logging

import numpy as np

from online_models.journal.batch import (
    COLUMNS,
    Batch,
    BatchBuilder,
    Kind,
    SourcePartition,
    Watermark,
)
from schemas.values.instants import HOUR
from streams.metrics import instruments

logger = logging.getLogger(__name__)

#: Event time passes an hour: windows may close, so a tick is due at once.
BOUNDARY = HOUR
#: Wall-clock ms between ticks otherwise: the precision of cooldowns, promotions and the like.
PACE = 1000
#: Wall-clock ms without an event, at the end of its partition, after which a source is idle.
IDLE_AFTER = 1000
#: Wall-clock ms after which it is said that no event has come yet.
SAID_AFTER = 20_000


class Watermarks:
    """Watermarks of the sources of one ingest, and the ticks that they lead to.

    While events come, a tick says what the busy sources have all passed. When none comes, time
    flows on at the pace of the wall clock from the last event, so that what ends by itself ends:
    for live events that is the wall clock, for replayed ones the time of the replay. It does not
    begin by itself: whoever goes on to write their past events would find them late.
    """

    def __init__(self, last: tuple[int, int] | None = None) -> None:
        """`last`: (event time, wall-clock time, ms) of the last tick of whoever ran before."""
        self._times: dict[SourcePartition, int] = {}
        self._seen: dict[SourcePartition, int] = {}
        self._idle: set[SourcePartition] = set()
        self._last_tick = 0
        self._last_tick_at = 0
        self._latest, self._latest_at = last or (0, 0)
        self._waits_since = 0

    def observe(self, batch: Batch, wall: int) -> None:
        """Take down the event times of a batch that was read at `wall`, ms."""
        if not len(batch):
            return
        if not self._latest and (sent := batch.time[batch.kind == Kind.TICK]).size:
            self._latest, self._latest_at = int(sent.max()), wall
        hot = batch.kind <= Kind.COMPETITOR_PRICE
        if not np.count_nonzero(hot):
            return
        latest = np.full(len(batch.sources), -1, dtype=np.int64)
        np.maximum.at(latest, batch.source[hot], batch.time[hot])
        for source, time in zip(batch.sources, latest.tolist(), strict=True):
            if time >= 0:
                self._times[source] = max(time, self._times.get(source, 0))
                self._seen[source] = wall
                self._idle.discard(source)
        newest = max(self._times.values())
        if newest > self._latest:
            self._latest, self._latest_at = newest, wall

    def caught_up(self, source: SourcePartition, wall: int) -> None:
        """A source has nothing more to read at `wall`."""
        if wall - self._seen[source] >= IDLE_AFTER:
            self._idle.add(source)

    def assign(self, sources: set[SourcePartition], wall: int) -> None:
        """These sources are read here now, and no others.

        A new one holds time up until it shows an event, or has nothing more to read: what lies
        there unread may be old.
        """
        for source in self._times.keys() - sources:
            del self._times[source], self._seen[source]
            self._idle.discard(source)
        for source in sorted(sources - self._times.keys()):
            self._times[source], self._seen[source] = 0, wall

    def tick(self, wall: int) -> tuple[int, list[Watermark]] | None:
        """(time, watermarks) of a tick that is due at `wall`, or None."""
        if not self._latest:
            self._wait(wall)
            return None
        busy = [time for source, time in self._times.items() if source not in self._idle]
        time = min(busy) if busy else self._latest + max(wall - self._latest_at, 0)
        if time <= self._last_tick:
            return None
        if time // BOUNDARY == self._last_tick // BOUNDARY and wall - self._last_tick_at < PACE:
            return None
        self._last_tick, self._last_tick_at = time, wall
        marks = [Watermark(s, t, s in self._idle) for s, t in self._times.items()]
        return time, marks

    def _wait(self, wall: int) -> None:
        """Say once that nothing happens, and why: products and a policy alone move no time."""
        if not self._waits_since:
            self._waits_since = wall
        elif 0 < self._waits_since <= wall - SAID_AFTER:
            self._waits_since = -1
            logger.info(
                "no order, click or competitor's price yet: event time begins with the first, and "
                "prices with it; `pricetide begin` begins it now"
            )

    def ticked(self, batch: Batch, wall: int) -> Batch:
        """The batch, and behind it the tick that is due at `wall`, if one is."""
        due = self.tick(wall)
        if due is None:
            return batch
        now, marks = due
        instruments.EVENT_TIME.set(now / 1000)
        return with_ticks(batch, [len(batch)], [now], marks)


def with_ticks(
    batch: Batch, places: list[int], times: list[int], watermarks: list[Watermark]
) -> Batch:
    """The batch with ticks for every partition before the events at `places`."""
    ticks = BatchBuilder()
    for time in times:
        ticks.add(Kind.TICK, time)
    rows = np.insert(np.arange(len(batch)), places, len(batch) + np.arange(len(times)))
    added = ticks.batch()
    columns = {
        name: np.concatenate([getattr(batch, name), getattr(added, name)])[rows] for name in COLUMNS
    }
    return Batch(batch.texts, batch.sources, batch.facts, watermarks, **columns)
