"""A Kafka record as the shells hand it around."""

from __future__ import annotations

from typing import NamedTuple


class Record(NamedTuple):
    """One record of an input topic; `timestamp` in ms."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int


class DeadLetter(NamedTuple):
    """A record that could not be used, and why."""

    record: Record
    error: str
