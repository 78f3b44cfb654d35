"""Ticks for recorded input: event time is told as it passes each hour."""

from __future__ import annotations

import numpy as np

from online_models.fold.batch import Batch, Kind, Rows
from schemas.instants import HOUR
from streams.ingest.watermarks import with_ticks


class Hours:
    """Inserts a tick before the first event of every new hour.

    Recorded records come in timestamp order, so whatever belongs to the hours before has been seen.
    """

    def __init__(self) -> None:
        self._latest = 0

    def tell(self, batch: Batch) -> Batch:
        """The batch with its ticks."""
        hot = batch.kind <= Kind.RIVAL
        times = np.maximum(np.maximum.accumulate(np.where(hot, batch.time, 0)), self._latest)
        if not len(times):
            return batch
        hours = times // HOUR
        before = np.concatenate([[self._latest // HOUR], hours[:-1]])
        places = np.flatnonzero((hours > before) & (before > 0)).tolist()
        self._latest = int(times[-1])
        return with_ticks(batch, places, (hours[places] * HOUR).tolist(), [])

    def end(self) -> Batch:
        """A last tick, at the last event."""
        empty = Rows().batch()
        return with_ticks(empty, [0], [self._latest], []) if self._latest else empty
