"""Event time of one partition: the stream's clock and the watermark of its sources."""

from __future__ import annotations

from collections.abc import Iterable

from online_models.journal.batch import SourcePartition, Watermark
from online_models.persistence.saved import Saved
from online_models.shop.catalogue import ALWAYS


class Clock:
    """`now` is the highest event time seen; `watermark` is what all sources have passed.

    Decisions are made at `now`; windows close by the watermark, so that a source which lags (a
    second worker that catches up, say) never finds its window closed. Both only ever rise, but
    where an operator sets the time.
    """

    SAVED = Saved(
        now=int,
        watermark=int,
        sources=dict[SourcePartition, tuple[int, bool]],
    )

    def __init__(self) -> None:
        self.now = ALWAYS
        self.watermark = ALWAYS
        self.sources: dict[SourcePartition, tuple[int, bool]] = {}

    @property
    def running(self) -> bool:
        """Whether any event has set the time yet."""
        return self.now != ALWAYS

    def observe(self, watermarks: Iterable[Watermark]) -> None:
        """Take down how far the sources have come."""
        for source, time, idle in watermarks:
            before = self.sources.get(source, (ALWAYS, True))[0]
            self.sources[source] = (max(before, time), idle)

    def set(self, time: int) -> None:
        """Let it be `time` (ms); what the sources have said stays said."""
        self.now = self.watermark = time

    def tick(self, time: int, forced: bool) -> None:
        """Move on: to `time` where it is forced, else to the least of the busy sources."""
        busy = [at for at, idle in self.sources.values() if not idle]
        mark = time if forced or not busy else min(time, *busy)
        self.watermark = max(self.watermark, mark)
        self.now = max(self.now, self.watermark)
