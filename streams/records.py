"""A Kafka record as the shells hand it around."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class KafkaRecord(Protocol):
    """What every client's record offers; `timestamp` in ms."""

    @property
    def topic(self) -> str:
        """The topic it was read from."""

    @property
    def partition(self) -> int:
        """The partition it was read from."""

    @property
    def offset(self) -> int:
        """Its offset there."""

    @property
    def key(self) -> bytes | None:
        """Its key."""

    @property
    def value(self) -> bytes | None:
        """Its value; None is a tombstone."""

    @property
    def timestamp(self) -> int:
        """ms since the epoch; −1 where it has none."""


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
