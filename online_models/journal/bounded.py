"""No event of a journal record is believed to be far ahead of the moment of its writing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from online_models.journal.batch import Batch
from schemas.values.instants import EARLIEST, MINUTE

#: How far ahead of the broker's clock an event's time may be, ms: the skew that Kerberos allows,
#: too (RFC 4120, 8.2). More is a wrong clock.
LEAD: Final = 5 * MINUTE
#: The append time of a record of which none is known.
UNKNOWN: Final = -1


def bounded(batch: Batch, appended_ms: int) -> Batch:
    """The batch of a journal record that was written at `appended_ms`, its times no later than that
    and the allowed lead.

    The append time is the broker's, and part of the journal: every worker and every replay bounds
    alike, before batches are joined. One before 1980 is no clock's, and bounds nothing.
    """
    latest = appended_ms + LEAD
    marks = batch.watermarks
    if appended_ms < EARLIEST or (
        batch.time.max(initial=0) <= latest and all(mark.time <= latest for mark in marks)
    ):
        return batch
    return replace(
        batch,
        time=np.minimum(batch.time, latest),
        watermarks=[mark._replace(time=min(mark.time, latest)) for mark in marks],
    )
