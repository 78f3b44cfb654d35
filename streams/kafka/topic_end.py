"""A partition's end, in ever longer stretches: what is looked for stands among the last records."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiokafka import ConsumerRecord, TopicPartition

from streams.kafka.consumer import Consumer

#: By how much longer the next stretch is: a search that goes back all the way reads a third more.
GROWTH = 4
WAIT_MS = 200


async def stretches(
    consumer: Consumer, place: TopicPartition, first: int
) -> AsyncIterator[AsyncIterator[ConsumerRecord]]:
    """The records from the last `first` offsets to the present end, then from `GROWTH` times as
    many, up to all; to be left by whoever has found what they look for, or else read out.

    `consumer` is assigned to the place. Marks of transactions have offsets too, so that a stretch
    may hold no record. KafkaError.
    """
    begin = (await consumer.beginning_offsets([place]))[place]
    end = low = (await consumer.end_offsets([place]))[place]
    while low > begin:
        low = max(begin, end - first)
        yield _records(consumer, place, low, end)
        first *= GROWTH


async def _records(
    consumer: Consumer, place: TopicPartition, low: int, end: int
) -> AsyncIterator[ConsumerRecord]:
    consumer.seek(place, low)
    while await consumer.position(place) < end:
        for record in (await consumer.getmany(place, timeout_ms=WAIT_MS)).get(place, []):
            yield record
