"""What is written down of a record that was refused, and how it is labelled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from streams.ingest.hidden_names import LARGEST_SEARCHED, hide, may_name
from streams.kafka.kafka_record import DeadLetter

TOPIC = "dead-letters"
#: Bytes of a key or value that are written down whole: Kafka's own default for one record.
LARGEST_WHOLE = 1 << 20
#: Bytes written down of a larger one, and of all where a source floods.
HEAD = 1024


#: Bytes that say which schema a value has.
FRAME = 5


class DeadLetterRecord(NamedTuple):
    """A record of `dead-letters`."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]


def written(
    letter: DeadLetter, hashed: Callable[[str], str], largest: int = LARGEST_WHOLE
) -> DeadLetterRecord:
    """A dead letter as it is written down: the record byte for byte where its key and value have
    `largest` bytes at most, else their heads, lengths and hashes, to find the original by.

    Whoever a value names as a customer or a session becomes `hashed` of the name; of a large value
    that may name one the head is kept.
    """
    record, labels = letter.record, headers(letter)
    key, of_key = _kept("key", record.key, largest)
    if letter.opaque:
        value, of_value = _kept("value", record.value, 0, FRAME)
    elif record.value is None or not may_name(record.value, letter.personal):
        value, of_value = _kept("value", record.value, largest)
    else:
        value, of_value = _kept("value", record.value, min(largest, LARGEST_SEARCHED))
        value = hide(value or b"", hashed, letter.personal)
    return DeadLetterRecord(key, value, labels + of_key + of_value)


def headers(letter: DeadLetter) -> list[tuple[str, bytes]]:
    """The headers that say why a record was refused, and where it lies."""
    record = letter.record
    return [
        ("error", letter.error.encode("utf-8", "backslashreplace")),
        ("source-topic", record.topic.encode("utf-8", "backslashreplace")),
        ("source-partition", b"%d" % record.partition),
        ("source-offset", b"%d" % record.offset),
    ]


def _kept(
    name: str, data: bytes | None, largest: int, head: int = HEAD
) -> tuple[bytes | None, list[tuple[str, bytes]]]:
    if data is None or len(data) <= max(largest, head):
        return data, []
    digest = hashlib.sha256(data).hexdigest()
    return data[:head], [
        (f"{name}-bytes", b"%d" % len(data)),
        (f"{name}-sha256", digest.encode()),
    ]


def describe(letter: DeadLetter) -> str:
    """One line about a dead letter; never its content, which may be personal."""
    record = letter.record
    return f"{record.topic}-{record.partition} offset {record.offset}: {letter.error}"
