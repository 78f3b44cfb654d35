"""A trained version as records of `model-updates`: to Kafka, or to a recording."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from schemas.topics import topic
from streams.configuration.settings import Settings
from streams.kafka.clients import producer
from streams.recording import Entry, RecordingWriter

TOPIC = "model-updates"
#: Above a part of weights as base64 with its metrics.
LARGEST_REQUEST = 2 << 20


def _encoded(values: Sequence[dict[str, Any]]) -> list[tuple[bytes, bytes]]:
    """Keys and values, checked against the schema: what a fold would refuse is not sent."""
    record = topic(TOPIC).adapter
    pairs = []
    for value in values:
        record.validate_python(value)
        pairs.append((value["model"].encode(), msgspec.json.encode(value)))
    return pairs


def to_kafka(settings: Settings, values: Sequence[dict[str, Any]]) -> None:
    """Write the records in order; returns when the broker has them all."""

    async def run() -> None:
        writer = producer(settings, enable_idempotence=True, max_request_size=LARGEST_REQUEST)
        await writer.start()
        try:
            for key, value in _encoded(values):
                await writer.send_and_wait(TOPIC, value, key=key, partition=0)
        finally:
            await writer.stop()

    asyncio.run(run())


def to_recording(folder: Path, values: Sequence[dict[str, Any]]) -> None:
    """Write the records to `folder/model-updates.jsonl.gz`, in place of an earlier one."""
    now = time.time_ns() // 1_000_000
    with RecordingWriter(folder) as writer:
        for offset, (key, value) in enumerate(_encoded(values)):
            writer.write(Entry(TOPIC, 0, offset, key, value, now))
