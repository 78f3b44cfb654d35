"""`pricing-quarantine`: events of the journal whose effect failed, and which every fold skips; and
`pricing-redriven`: refused or quarantined records that `pricetide redrive` has sent again.
"""

from __future__ import annotations

from schemas.records.record import Outgoing
from schemas.values.fields import Flag, InstantText, Stock, Text


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


class Redriven(Outgoing):
    """The record of `topic` that was refused or quarantined at `offset` of `partition`, and when it
    was sent again, in one transaction with it: so nothing is sent twice. `letter` is a hash of what
    was kept of it, by which a later topic of the same name is told apart; null where it is not
    known. `changed`: not as it came.
    """

    topic: Text
    partition: Stock
    offset: Stock
    letter: Text | None = None
    changed: Flag
    sent_at: InstantText
