"""What a trainer publishes: to Kafka, or to a recording."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from schemas.topics import topic
from schemas.values.instants import to_ms
from streams.configuration.settings import Settings
from streams.kafka.clients import producer
from streams.recording import Entry, RecordingWriter

UPDATES, FORECASTS = "model-updates", "demand-forecasts"
#: Above a part of weights as base64 with its metrics.
LARGEST_REQUEST = 2 << 20
#: Records that are on their way at a time.
TOGETHER = 2000


class _EncodedRecord(NamedTuple):
    value: dict[str, Any]
    key: bytes
    bytes: bytes


def _encoded(name: str, values: Iterable[dict[str, Any]]) -> Iterator[_EncodedRecord]:
    """Keys and values, checked against the schema: what a fold would refuse is not sent."""
    found = topic(name)
    for value in values:
        found.adapter.validate_python(value)
        yield _EncodedRecord(
            value, (found.key_of(value) or "").encode(), msgspec.json.encode(value)
        )


def to_kafka(settings: Settings, name: str, values: Iterable[dict[str, Any]]) -> int:
    """Write records to a topic, those of `model-updates` in order; returns how many, when the
    broker has them all.
    """

    async def run() -> int:
        # parts of weights follow one another in one partition
        partition, count = (0 if name == UPDATES else None), 0
        writer = producer(
            settings,
            enable_idempotence=True,
            compression_type="gzip",
            max_request_size=LARGEST_REQUEST,
            linger_ms=20,
        )
        await writer.start()
        try:
            records = _encoded(name, values)
            while part := list(islice(records, TOGETHER)):
                sent = [
                    await writer.send(name, each.bytes, key=each.key, partition=partition)
                    for each in part
                ]
                await asyncio.gather(*sent)
                count += len(sent)
        finally:
            await writer.stop()
        return count

    return asyncio.run(run())


def to_recording(folder: Path, name: str, values: Iterable[dict[str, Any]]) -> int:
    """Write the records to `folder/NAME.jsonl.gz`, in place of an earlier one; returns how many.

    A forecast is as old as its first window's start: it stands there among other recordings.
    """
    now, count = time.time_ns() // 1_000_000, 0
    with RecordingWriter(folder) as writer:
        writer.open(name)
        for each in _encoded(name, values):
            at = to_ms(each.value["bucket_start"]) if name == FORECASTS else now
            writer.write(Entry(name, 0, count, each.key, each.bytes, at))
            count += 1
    return count
