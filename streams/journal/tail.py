"""The last tick in the journal: where event time stood when the last ingest stopped."""

from __future__ import annotations

import numpy as np
from aiokafka import TopicPartition

from online_models.journal.batch import Kind
from streams.configuration.settings import Settings
from streams.journal import TOPIC, codec
from streams.kafka.clients import consumer
from streams.kafka.topic_end import stretches

#: Ticks come at least every second or so, beside at most a few dozen batches.
FIRST_LOOK = 100


async def last_tick(settings: Settings) -> tuple[int, int] | None:
    """(event time, wall-clock time of its writing) of the last tick, ms; None without any."""
    reader = consumer(settings, group_id=None, enable_auto_commit=False, fetch_max_wait_ms=20)
    try:
        await reader.start()
        tp = TopicPartition(TOPIC, 0)  # every partition gets every tick
        reader.assign([tp])
        async for records in stretches(reader, tp, FIRST_LOOK):
            found = None
            async for record in records:
                batch = codec.decode(record.value)
                ticks = np.flatnonzero(batch.kind == Kind.TICK)
                if len(ticks):
                    found = int(batch.time[ticks].max()), record.timestamp
            if found:
                return found
        return None
    finally:
        await reader.stop()
