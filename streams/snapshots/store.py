"""Snapshots on `pricing-snapshots`: written in parts, found again from the end."""

from __future__ import annotations

import logging
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.snapshots.codec import Part, SnapshotError, decode, decode_part

logger = logging.getLogger(__name__)

TOPIC = "pricing-snapshots"
#: Records looked at first from the end; grows fourfold until a whole snapshot shows.
FIRST_LOOK = 64


def key(part: int) -> bytes:
    """The key of a part: the next snapshot's part replaces it when the topic is compacted."""
    return b"%d" % part


async def newest(consumer: AIOKafkaConsumer, partition: int) -> tuple[int, dict[str, Any]] | None:
    """(journal offset, state) of the newest whole snapshot; None where there is none.

    `consumer` reads committed records and is assigned to the partition of `pricing-snapshots`.
    """
    tp = TopicPartition(TOPIC, partition)
    end = (await consumer.end_offsets([tp]))[tp]
    begin = (await consumer.beginning_offsets([tp]))[tp]
    look = FIRST_LOOK
    while end > begin:
        low = max(begin, end - look)
        parts = await _parts(consumer, tp, low, end)
        if parts:
            return parts[0].offset, decode(parts)
        if low == begin:
            break
        look *= 4
    return None


async def _parts(
    consumer: AIOKafkaConsumer, tp: TopicPartition, low: int, end: int
) -> list[Part] | None:
    found: dict[int, dict[int, Part]] = {}
    consumer.seek(tp, low)
    while await consumer.position(tp) < end:
        for records in (await consumer.getmany(tp, timeout_ms=200)).values():
            for record in records:
                if record.value is None:
                    continue
                try:
                    part = decode_part(record.value)
                except SnapshotError as error:
                    logger.error("%s, offset %d: %s", tp, record.offset, error)
                    continue
                found.setdefault(part.offset, {})[part.index] = part
    for offset in sorted(found, reverse=True):
        parts = found[offset]
        if len(parts) == next(iter(parts.values())).parts:
            return [parts[i] for i in range(len(parts))]
    return None
