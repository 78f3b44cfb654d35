"""A line of the pipe as a record, and an output as a line."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import Any

import msgspec

from online_models.journal.outputs import Output
from schemas.values.instants import to_ms
from streams.ingest.dead_letters import TOPIC, written
from streams.kafka.kafka_record import DeadLetter, Record


class PipeLineError(ValueError):
    """A line that is no record."""


class _Line(msgspec.Struct):
    topic: str
    key: str | None = None
    value: msgspec.Raw = msgspec.Raw(b"null")
    value_base64: str | None = None
    timestamp: int | str | None = None


_DECODER = msgspec.json.Decoder(_Line)
_NULL = b"null"


def parse(line: bytes, offsets: dict[str, int]) -> Record:
    """The record of a line; `offsets` counts each topic's records. PipeLineError says why not."""
    try:
        found = _DECODER.decode(line)
        value: bytes | None = bytes(found.value)
        if found.value_base64 is not None:
            value = base64.b64decode(found.value_base64, validate=True)
        elif value == _NULL:
            value = None
        timestamp = -1 if found.timestamp is None else to_ms(found.timestamp)
    except UnicodeDecodeError as error:
        raise PipeLineError(f"invalid UTF-8: {error.reason}") from None
    except RecursionError:
        raise PipeLineError("JSON is nested too deeply") from None
    except binascii.Error as error:
        raise PipeLineError(f"value_base64: {error}") from None
    except (msgspec.MsgspecError, ValueError) as error:
        raise PipeLineError(f'not a line {{"topic", "key", "value"}}: {error}') from None
    offset = offsets.get(found.topic, 0)
    offsets[found.topic] = offset + 1
    key = None if found.key is None else found.key.encode()
    return Record(found.topic, 0, offset, key, value, timestamp)


def of_output(output: Output) -> bytes:
    """The line of an output; its value is embedded as it is."""
    key = _NULL if output.key is None else msgspec.json.encode(output.key.decode())
    return b'{"topic":"%b","key":%b,"value":%b,"timestamp":%d}\n' % (
        output.topic.encode(),
        key,
        output.value,
        output.time,
    )


def of_dead_letter(letter: DeadLetter, hashed: Callable[[str], str]) -> bytes:
    """The line of a dead letter: the value as text where it is text, else in base 64; persons are
    `hashed`.
    """
    key, value, headers = written(letter, hashed)
    line: dict[str, Any] = {"topic": TOPIC, **_field("key", key), **_field("value", value)}
    line["headers"] = {name: each.decode() for name, each in headers}
    return msgspec.json.encode(line) + b"\n"


def _field(name: str, raw: bytes | None) -> dict[str, str | None]:
    if raw is None:
        return {name: None}
    try:
        return {name: raw.decode()}
    except UnicodeDecodeError:
        return {f"{name}_base64": base64.b64encode(raw).decode()}
