"""Merge the partitions of a topic while they are read."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator

from streams.recording.entry import Entry


class Merge:
    """Puts the entries of a topic's partitions into the order of `streams.recording.index`.

    An entry leaves once no partition can bring an earlier one. So the same topic gives the same
    recording, however its partitions were fetched.

    Parameters
    ----------
    partitions
        The partitions that will bring entries, each in the order of its offsets, until they end.
    """

    def __init__(self, partitions: Iterable[int]) -> None:
        self._waiting = {partition: deque[Entry]() for partition in partitions}
        self._latest = dict.fromkeys(self._waiting, -(2**63))
        self._open = set(self._waiting)
        self._heads: list[tuple[int, int]] = []
        self._missing = len(self._waiting)

    def add(self, partition: int, entries: Iterable[Entry]) -> None:
        """Take over what a partition brought."""
        waiting = self._waiting[partition]
        was_empty = not waiting
        waiting.extend(entries)
        if was_empty and waiting:
            self._missing -= 1
            self._push(partition)

    def end(self, partition: int) -> None:
        """Note that a partition brings nothing more."""
        if partition in self._open:
            self._open.remove(partition)
            if not self._waiting[partition]:
                self._missing -= 1

    def backlog(self, partition: int) -> int:
        """Return how many entries of a partition wait for those of others."""
        return len(self._waiting[partition])

    def ready(self) -> Iterator[Entry]:
        """Yield, in order, all entries that wait for nobody."""
        while self._heads and not self._missing:
            _, partition = heapq.heappop(self._heads)
            waiting = self._waiting[partition]
            yield waiting.popleft()
            if waiting:
                self._push(partition)
            elif partition in self._open:
                self._missing += 1

    def _push(self, partition: int) -> None:
        # Within a partition the order is that of the offsets, whatever the timestamps say.
        time = max(self._latest[partition], self._waiting[partition][0].timestamp)
        self._latest[partition] = time
        heapq.heappush(self._heads, (time, partition))
