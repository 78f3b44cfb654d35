"""How a dead letter is labelled."""

from __future__ import annotations

from streams.kafka.kafka_record import DeadLetter

TOPIC = "dead-letters"


def headers(letter: DeadLetter) -> list[tuple[str, bytes]]:
    """The headers under which a record is buried."""
    record = letter.record
    return [
        ("error", letter.error.encode("utf-8", "backslashreplace")),
        ("source-topic", record.topic.encode("utf-8", "backslashreplace")),
        ("source-partition", b"%d" % record.partition),
        ("source-offset", b"%d" % record.offset),
    ]


def describe(letter: DeadLetter) -> str:
    """One line about a dead letter; never its content, which may be personal."""
    record = letter.record
    return f"{record.topic}-{record.partition} offset {record.offset}: {letter.error}"
