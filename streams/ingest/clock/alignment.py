"""Topics read side by side advance side by side, also where years of them lie there unread."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiokafka import TopicPartition

from streams.ingest.hot import HOT

#: What the events of other topics are judged by.
FIRST = ("products", "pricing-policies", "promotions")


def to_hold(
    timestamps: Mapping[TopicPartition, int],
    unread: Iterable[TopicPartition],
    assigned: Iterable[TopicPartition],
    lead: int,
) -> set[TopicPartition]:
    """The partitions to pause for now: none is more than `lead` ms ahead of the furthest behind.

    `timestamps` are those of the last records read, or now, where they are yet to come and would
    hold their partitions up for ever, `unread` the partitions with more to read. What
    events are judged by comes first: an order of a product without a record yet leads to no
    price. Of the busy topics, those wait that are ahead.
    """
    behind = set(unread)
    busy = {tp for tp in assigned if tp.topic in HOT}
    if any(tp.topic in FIRST for tp in behind):
        return busy
    heads = [timestamps.get(tp, 0) for tp in behind & busy]
    if not heads:
        return set()
    furthest = min(heads) + lead
    return {tp for tp in busy if timestamps.get(tp, 0) > furthest}
