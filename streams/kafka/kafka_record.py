"""A Kafka record as the shells hand it around."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Parsed(Protocol):
    """What is known of a record beside where it was read; `timestamp` in ms."""

    @property
    def offset(self) -> int:
        """Its offset in its partition."""

    @property
    def key(self) -> bytes | None:
        """Its key."""

    @property
    def value(self) -> bytes | None:
        """Its value; None is a tombstone."""

    @property
    def timestamp(self) -> int:
        """ms since the epoch; −1 where it has none."""


class KafkaRecord(Parsed, Protocol):
    """What every client's record offers."""

    @property
    def topic(self) -> str:
        """The topic it was read from."""

    @property
    def partition(self) -> int:
        """The partition it was read from."""


class Record(NamedTuple):
    """A record made here."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: int


class DeadLetter(NamedTuple):
    """A record that could not be used, and why."""

    record: KafkaRecord
    error: str
