"""How far a topic has come: the newest time that its records bear."""

from __future__ import annotations

from aiokafka import AIOKafkaConsumer, TopicPartition

from streams.clients import client, observer
from streams.recording.recorder import partition_counts
from streams.settings import Settings

#: Offsets of a partition that are read back at first: some records, beside marks of transactions.
FIRST_LOOK = 100
WAIT_MS = 200


async def newest(settings: Settings, topic: str) -> int | None:
    """The highest timestamp (ms) among the last committed records of the partitions.

    None where there are no records. RecordingError where there is no such topic, KafkaError.
    """
    count = partition_counts(client(settings), [topic])[topic]
    consumer = observer(settings)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for number in range(count)]
        consumer.assign(places)
        begins = await consumer.beginning_offsets(places)
        ends = await consumer.end_offsets(places)
        found: dict[TopicPartition, int] = {}
        look = FIRST_LOOK
        while missing := [each for each in places if each not in found]:
            lows = {each: max(begins[each], ends[each] - look) for each in missing}
            found |= await _latest(consumer, lows, ends)
            found |= dict.fromkeys(
                (each for each in missing if each not in found and lows[each] == begins[each]), -1
            )
            look *= 4
    finally:
        await consumer.stop()
    latest = max(found.values(), default=-1)
    return None if latest < 0 else latest


async def _latest(
    consumer: AIOKafkaConsumer, lows: dict[TopicPartition, int], ends: dict[TopicPartition, int]
) -> dict[TopicPartition, int]:
    """The highest timestamp in each partition's part that holds a record."""
    found: dict[TopicPartition, int] = {}
    for each, low in lows.items():
        consumer.seek(each, low)
    reading = {each for each, low in lows.items() if low < ends[each]}
    while reading:
        for each, records in (await consumer.getmany(*reading, timeout_ms=WAIT_MS)).items():
            found[each] = max(found.get(each, -1), *(record.timestamp for record in records))
        reading = {each for each in reading if await consumer.position(each) < ends[each]}
    return found
