"""What lies in input topics and has not been read yet."""

from __future__ import annotations

from aiokafka import TopicPartition

from streams.ingest.decoder import INPUTS
from streams.kafka.consumer import Consumer
from streams.metrics import instruments


async def unread(consumer: Consumer) -> set[TopicPartition]:
    """The consumer's partitions that have more to read, as far as it knows; metrics say how much.

    What an open transaction holds back is not there yet.
    """
    behind, lag = set(), dict.fromkeys(INPUTS, 0)
    for place in consumer.assignment():
        end = consumer.last_stable_offset(place)
        position = None if end is None else await consumer.position(place)
        if position is None or position < end:
            behind.add(place)
            lag[place.topic] += 0 if position is None else end - position
    for topic, records in lag.items():
        instruments.INPUT_LAG.labels(topic).set(records)
    return behind
