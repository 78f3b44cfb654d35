"""A record of a recording."""

from __future__ import annotations

from typing import NamedTuple

from streams.errors import InputError
from streams.kafka.kafka_record import NOT_TEXT, Record


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


class FlawedEntry(Entry):
    """An entry that ingest buries for the name of a header, whatever its value says."""

    __slots__ = ()
    error = NOT_TEXT

    @classmethod
    def of(cls, entry: Entry) -> Entry:
        """The entry, marked where it has a header whose name is not UTF-8."""
        return entry if all(_is_text(name) for name, _ in entry.headers) else cls(*entry)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
