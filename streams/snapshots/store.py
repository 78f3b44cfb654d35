"""`pricing-snapshots`: states in parts, and how far the journal is done; read from the end."""

from __future__ import annotations

import logging
from typing import Any, NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.snapshots.codec import Part, SnapshotError, decode, decode_part

logger = logging.getLogger(__name__)

TOPIC = "pricing-snapshots"
#: Records looked at first from the end; grows fourfold until a whole snapshot shows.
FIRST_LOOK = 64
#: Key of the record that says up to which journal offset (exclusive) all outputs are published: it
#: is in the transaction with them. The consumer group's offset would say the same at the price of
#: two more round trips.
POSITION = b"position"


def key(part: int) -> bytes:
    """The key of a part: the next snapshot's part replaces it when the topic is compacted."""
    return b"%d" % part


class Found(NamedTuple):
    """What a partition's log says last; None for what is not there.

    `snapshot` is (journal offset, state).
    """

    position: int | None
    snapshot: tuple[int, dict[str, Any]] | None


class _Read(NamedTuple):
    position: int | None
    parts: list[Part] | None


async def newest(consumer: AIOKafkaConsumer, partition: int) -> Found:
    """The newest position and the newest whole snapshot.

    `consumer` reads committed records and is assigned to the partition of `pricing-snapshots`.
    """
    tp = TopicPartition(TOPIC, partition)
    end = (await consumer.end_offsets([tp]))[tp]
    begin = (await consumer.beginning_offsets([tp]))[tp]
    look = FIRST_LOOK
    position = None
    while end > begin:
        low = max(begin, end - look)
        position, parts = await _read(consumer, tp, low, end)
        if parts:
            return Found(position, (parts[0].offset, decode(parts)))
        if low == begin:
            break
        look *= 4
    return Found(position, None)


async def _read(consumer: AIOKafkaConsumer, tp: TopicPartition, low: int, end: int) -> _Read:
    position: int | None = None
    found: dict[int, dict[int, Part]] = {}
    consumer.seek(tp, low)
    while await consumer.position(tp) < end:
        for records in (await consumer.getmany(tp, timeout_ms=200)).values():
            for record in records:
                if record.value is None:
                    continue
                if record.key == POSITION:
                    position = int(record.value)
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
            return _Read(position, [parts[i] for i in range(len(parts))])
    return _Read(position, None)
