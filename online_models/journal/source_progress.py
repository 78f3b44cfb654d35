"""Which events were seen before: by source offset, and by `event_id`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from online_models.journal.batch import Batch, SourcePartition
from online_models.journal.partitioning import offset_ranges
from online_models.persistence.kinds import IntegerMap
from online_models.persistence.saved import Saved, attribute
from schemas.values.instants import DAY

#: A producer that sends an `event_id` twice does so within a week, the contract says.
IDENTITY_WINDOW = 7 * DAY


class SourceProgress:
    """The highest offset of each source partition, and the identities of the last week.

    Every source partition reaches a journal partition in order, so whatever is at or below the
    highest offset is a repeat: of an ingest that restarted, or of one that lost its partitions
    and did not know it yet.
    """

    SAVED = Saved(
        offsets=dict[SourcePartition, int],
        identities=IntegerMap(),
        repeats=int,
        duplicates=int,
        pruned=attribute("_pruned", int),
    )
    TRANSIENT = ("ignored",)

    def __init__(self) -> None:
        self.offsets: dict[SourcePartition, int] = {}
        self.identities: dict[int, int] = {}
        self.repeats = 0
        self.duplicates = 0
        #: Places in the last batch of the events that their `event_id` shows to be duplicates.
        self.ignored: list[int] = []
        self._pruned = 0

    def fresh(self, batch: Batch) -> NDArray[np.bool_]:
        """Mask of the events that were not seen before, which then count as seen."""
        self.ignored = []
        if not batch.sources:
            return np.ones(len(batch), dtype=np.bool_)
        high = np.array([self.offsets.get(source, -1) for source in batch.sources], dtype=np.int64)
        fresh = (batch.source < 0) | (batch.offset > high[batch.source])
        self.repeats += len(batch) - int(np.count_nonzero(fresh))
        _, ahead = offset_ranges(batch.source, batch.offset, len(batch.sources))
        for source, offset, before in zip(
            batch.sources, ahead.tolist(), high.tolist(), strict=True
        ):
            if offset > before:
                self.offsets[source] = offset
        if np.count_nonzero(batch.identity):
            self._drop_duplicates(batch, fresh)
        return fresh

    def set_back(self, now: int) -> None:
        """No identity is later than `now`, ms."""
        for identity, time in self.identities.items():
            self.identities[identity] = min(time, now)
        self._pruned = min(self._pruned, now)

    def _drop_duplicates(self, batch: Batch, fresh: NDArray[np.bool_]) -> None:
        rows = np.flatnonzero((batch.identity != 0) & fresh)
        if not len(rows):
            return
        columns = [c[rows] for c in (batch.identity, batch.time, batch.source, batch.offset)]
        heads = _heads(columns)
        identities, times, sources, offsets = (column[heads].tolist() for column in columns)
        records = list(zip(sources, offsets, strict=True))
        owner: dict[int, tuple[int, int]] = {}
        repeated: list[int] = []
        distinct = len(set(identities)) == len(identities)
        for low, high in self._spans(batch.time[rows[heads]]):
            span = slice(low, high)
            if distinct and self.identities.keys().isdisjoint(identities[span]):
                self.identities.update(zip(identities[span], times[span], strict=True))
                continue
            for head in range(low, high):
                identity, time = identities[head], times[head]
                if owner.get(identity) == records[head]:
                    continue  # another line of the record that brought this identity
                seen = self.identities.get(identity)
                if seen is not None and abs(time - seen) <= IDENTITY_WINDOW:
                    repeated.append(head)
                    continue
                owner[identity] = records[head]
                self.identities[identity] = time
        if repeated:
            ends = np.append(heads[1:], len(rows))
            again = np.concatenate([rows[heads[head] : ends[head]] for head in repeated])
            fresh[again] = False
            self.duplicates += len(again)
            self.ignored += again.tolist()

    def _spans(self, times: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
        """Ranges of events between which identities are pruned, as each begins."""
        low = 0
        while low < len(times):
            if times[low] - self._pruned >= DAY:
                self._prune(int(times[low]))
            due = times[low:] - self._pruned >= DAY
            high = low + int(np.argmax(due)) if due.any() else len(times)
            yield low, high
            low = high

    def _prune(self, now: int) -> None:
        """Drop identities out of the window; once a day of event time is enough.

        Done as identities come, in their order, and not at ticks: so what is forgotten does not
        depend on how the journal was cut into batches.
        """
        self._pruned = now
        horizon = now - IDENTITY_WINDOW
        count = len(self.identities)
        times = np.fromiter(self.identities.values(), dtype=np.int64, count=count)
        for identity in list(compress(self.identities, (times < horizon).tolist())):
            del self.identities[identity]


def _heads(columns: Sequence[NDArray[np.integer[Any]]]) -> NDArray[np.intp]:
    """The first rows of each run of rows that are alike in all columns: the lines of a record have
    one fate.
    """
    alike = np.ones(len(columns[0]) - 1, dtype=np.bool_)
    for column in columns:
        alike &= column[1:] == column[:-1]
    return np.flatnonzero(np.append(True, ~alike))
