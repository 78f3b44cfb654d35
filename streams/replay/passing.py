"""Ticks for recorded input: time is told as it passes."""

from __future__ import annotations

import numpy as np

from online_models.fold.batch import Batch, Kind, Rows
from schemas.instants import HOUR
from streams.ingest.watermarks import with_ticks


class Passing:
    """Inserts a tick before the first event of every new `step` (ms) of event time.

    Recorded records come in timestamp order, so whatever belongs to the time before has been seen.
    """

    def __init__(self, step: int = HOUR) -> None:
        self.latest = 0
        self._step = step

    def tell(self, batch: Batch) -> Batch:
        """The batch with its ticks."""
        hot = batch.kind <= Kind.RIVAL
        times = np.maximum(np.maximum.accumulate(np.where(hot, batch.time, 0)), self.latest)
        if not len(times):
            return batch
        steps = times // self._step
        before = np.concatenate([[self.latest // self._step], steps[:-1]])
        places = np.flatnonzero((steps > before) & (before > 0)).tolist()
        self.latest = int(times[-1])
        return with_ticks(batch, places, (steps[places] * self._step).tolist(), [])

    def end(self, time: int) -> Batch:
        """A last tick, at `time`; nothing where no event ever told one."""
        empty = Rows().batch()
        return with_ticks(empty, [0], [time], []) if self.latest else empty
