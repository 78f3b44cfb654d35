"""`pricing-quarantine`: events of the journal whose effect failed, and which every fold skips."""

from __future__ import annotations

from schemas.records.record import Outgoing
from schemas.values.fields import InstantText, Stock, Text


class Quarantined(Outgoing):
    """The events of one source record, which begin at place `index` of the journal's record at
    `offset` in `partition`; `topic`, `source_partition` and `source_offset` say where it came from
    (none of them for a tick). `time` is event time when they were first met, null where no event
    had reported it.
    """

    partition: Stock
    offset: Stock
    index: Stock
    topic: Text | None = None
    source_partition: Stock | None = None
    source_offset: Stock | None = None
    cause: Text
    time: InstantText | None = None
