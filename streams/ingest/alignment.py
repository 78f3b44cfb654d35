"""Topics read side by side advance side by side, also where years of them lie there unread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiokafka import TopicPartition

from schemas.instants import HOUR
from streams.ingest.hot import HOT

#: How far a partition may be ahead of the one furthest behind, ms of record timestamps. Well
#: within the allowed lateness of an hourly bucket, so that no bucket closes on what is yet to come.
LEAD = HOUR // 2


def to_hold(
    timestamps: Mapping[TopicPartition, int],
    unread: Iterable[TopicPartition],
    assigned: Iterable[TopicPartition],
) -> set[TopicPartition]:
    """The partitions to pause for now.

    `timestamps` are those of the last records read, `unread` the partitions with more to read. The
    slow topics come first: an order of a product that nobody has told of yet leads to no price.
    Of the busy ones, those wait that are ahead.
    """
    behind = set(unread)
    busy = {tp for tp in assigned if tp.topic in HOT}
    if behind - busy:
        return busy
    heads = [timestamps.get(tp, 0) for tp in behind]
    if not heads:
        return set()
    furthest = min(heads) + LEAD
    return {tp for tp in busy if timestamps.get(tp, 0) > furthest}
