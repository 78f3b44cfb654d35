"""The end of the journal: where the last ingest stopped, and which settings it had."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from aiokafka import TopicPartition

from online_models.journal.batch import Kind
from streams.configuration.settings import Settings
from streams.journal import SETTINGS, TOPIC, codec
from streams.kafka.clients import consumer
from streams.kafka.closing import STOP_SECONDS, within
from streams.kafka.topic_end import stretches

#: Ticks come at least every second or so, beside at most a few dozen batches.
FIRST_LOOK = 100


class Tail(NamedTuple):
    """(event time, the broker's time of its writing) of the last tick, ms, and the last note of
    settings; None where there is none.
    """

    tick: tuple[int, int] | None = None
    settings: bytes | None = None


async def tail(settings: Settings) -> Tail:
    """The journal's end; KafkaError where Kafka does not answer."""
    reader = consumer(settings, group_id=None, enable_auto_commit=False, fetch_max_wait_ms=20)
    try:
        await reader.start()
        place = TopicPartition(TOPIC, 0)  # every partition gets every tick
        reader.assign([place])
        found = Tail()
        async for records in stretches(reader, place, FIRST_LOOK):
            found = Tail()
            async for record in records:
                batch = codec.decode(record.value, record.timestamp)
                ticks = np.flatnonzero(batch.kind == Kind.TICK)
                last = (int(batch.time[ticks].max()), record.timestamp) if len(ticks) else None
                found = Tail(last or found.tick, dict(record.headers).get(SETTINGS, found.settings))
            if found.tick:
                break
        return found
    finally:
        await within(reader.stop(), STOP_SECONDS)
