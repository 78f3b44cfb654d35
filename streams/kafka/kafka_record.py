"""A Kafka record as the shells hand it around."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

from streams.errors import ExpectedError

#: A larger value is no event of a shop; it would only crowd out others.
LARGEST_VALUE = 512 * 1024


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


#: What is wrong with a record that has such a header.
NOT_TEXT = "header: a name is not UTF-8"


class UnreadableError(ExpectedError):
    """A record that cannot be read; the message says where it lies."""


class RawRecord(NamedTuple):
    """A record of a batch that Kafka's client does not read; `error` says what is wrong with this
    one, None for its sound neighbours.
    """

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    error: str | None = None
    checksum: None = None


class UnreadableRecords(NamedTuple):
    """Records up to `offset` that nobody can tell apart: `value` is all that is there of them.

    Asking for their headers raises, as who does not know of them must not take them for a record.
    """

    offset: int
    timestamp: int
    timestamp_type: int
    key: None
    value: bytes
    error: str

    @property
    def headers(self) -> Any:
        """UnreadableError: there is no one record here."""
        raise UnreadableError(self.error)


def may_be_flawed(kind: type[Any]) -> bool:
    """Whether records of a kind may have something wrong with them before their value is looked at:
    they say what by `error`.
    """
    return hasattr(kind, "error")


class DeadLetter(NamedTuple):
    """A record that could not be used, and why; `personal` are members of it that name a person,
    beside those that the contract has. Of an opaque one nobody can tell whom its bytes name.
    """

    record: KafkaRecord
    error: str
    personal: frozenset[str] = frozenset()
    opaque: bool = False
