"""A record of a recording."""

from __future__ import annotations

from typing import NamedTuple

from streams.errors import InputError
from streams.kafka.kafka_record import Record


class RecordingError(InputError):
    """A recording can't be read or written; the message names the file, and the line if one."""


Headers = tuple[tuple[str, bytes | None], ...]


class Entry(NamedTuple):
    """One record as Kafka holds it; `timestamp` in ms, a `value` of None is a tombstone."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int
    headers: Headers = ()

    @property
    def record(self) -> Record:
        """The entry without its headers, as the shells hand it around."""
        return Record(*self[:6])
