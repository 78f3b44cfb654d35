"""An entry as a line of JSON, and back without a loss.

`{"topic", "partition", "offset", "key", "value", "timestamp", "headers"}`, where

- a value that is JSON is embedded as it came, byte for byte: `12.90`, `1e400` and repeated names
  stay what they are. Any other value is `value_base64` instead. JSON whose bytes can't stand in a
  line (it is spread over several, or has space around it) is `value` for readers and
  `value_base64` for its bytes, which then count.
- `"value": null` is a tombstone; the value `null`, four bytes of JSON, is `value_base64`.
- a key is text, or `key_base64` where it isn't UTF-8.
- `headers` is an object of text by name; a header that isn't UTF-8 is `{"base64": …}`, one without
  a value is null, and a name that occurs several times has an array of these. Where a name isn't
  UTF-8, it is an array of `[name, value]`, and such a name `{"base64": …}`, too. What other tools
  write, an array of `[name, value]` of text, is read as well.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any

import msgspec

from streams.recording.entry import Entry, FlawedEntry, Headers

NULL = b"null"

#: A reader has a deeper stack than the writer, and the line is a level more: JSON that is nested
#: deeper than this many levels below what the decoder can take counts as no JSON.
SPARE_LEVELS = 200

Int32 = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Int64 = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]

_RAW = msgspec.json.Decoder(msgspec.Raw)


class RecordedLineError(ValueError):
    """A line that holds no entry."""


class RecordedLine(msgspec.Struct):
    """The fields of a line. Partition and offset may be left out by hand-written recordings."""

    topic: str
    timestamp: Int64
    partition: Int32 = 0
    offset: Int64 | None = None
    key: str | None = None
    key_base64: str | None = None
    value: msgspec.Raw = msgspec.Raw(NULL)
    value_base64: str | None = None
    headers: dict[str, Any] | list[tuple[Any, Any]] | None = None


_DECODER = msgspec.json.Decoder(RecordedLine)
_encode = msgspec.json.encode


def parse(text: bytes) -> RecordedLine:
    """Return the fields of a line; `RecordedLineError` says what is wrong with it."""
    try:
        return _DECODER.decode(text)
    except UnicodeDecodeError as error:
        raise RecordedLineError(f"not UTF-8: {error.reason}") from None
    except RecursionError:
        raise RecordedLineError("JSON is nested too deeply") from None
    except msgspec.MsgspecError as error:
        raise RecordedLineError(str(error)) from None


def entry(line: RecordedLine, offset: int) -> Entry:
    """Return the entry of a line at `offset`; `RecordedLineError` says what is wrong with it."""
    if line.key_base64 is not None:
        key: bytes | None = _from_base64(line.key_base64, "key_base64")
    else:
        key = None if line.key is None else line.key.encode()
    if line.value_base64 is not None:
        value: bytes | None = _from_base64(line.value_base64, "value_base64")
    else:
        value = bytes(line.value)
        if value == NULL:
            value = None
    headers = _parse_headers(line.headers) if line.headers else ()
    entry = Entry(line.topic, line.partition, offset, key, value, line.timestamp, headers)
    return FlawedEntry.of(entry) if headers else entry


def encode(entry: Entry) -> bytes:
    """Return the line of an entry, with its end."""
    topic, partition, offset, key, value, timestamp, headers = entry
    return b'{"topic":%b,"partition":%d,"offset":%d,%b,%b,"timestamp":%d,"headers":%b}\n' % (
        _encode(topic),
        partition,
        offset,
        _key(key),
        _value(value),
        timestamp,
        _headers(headers) if headers else b"{}",
    )


def _key(key: bytes | None) -> bytes:
    if key is None:
        return b'"key":null'
    try:
        return b'"key":' + _encode(key.decode())
    except UnicodeDecodeError:
        return b'"key_base64":' + _encode(key)


def _value(value: bytes | None) -> bytes:
    if value is None:
        return b'"value":null'
    shown = _as_json(value)
    if shown is None or shown == NULL:
        return b'"value_base64":' + _encode(value)
    if shown == value:
        return b'"value":' + value
    return b'"value":%b,"value_base64":%b' % (shown, _encode(value))


def _as_json(value: bytes) -> bytes | None:
    """The value on one line and without space around it, or None where it is no JSON."""
    try:
        value.decode()
        shown = bytes(_RAW.decode(value))
        if len(value) > SPARE_LEVELS:
            _RAW.decode(b"[" * SPARE_LEVELS + value + b"]" * SPARE_LEVELS)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return None
    # Strings hold no raw line ends, so these can only be the space between tokens.
    if b"\n" in shown or b"\r" in shown:
        shown = shown.replace(b"\n", b" ").replace(b"\r", b" ")
    return shown


def _headers(headers: Headers) -> bytes:
    try:
        return _encode(_by_name(headers))
    except UnicodeEncodeError:  # lone surrogates stand for bytes of a name that are no UTF-8
        pairs = [(_header(_name_bytes(name)), _header(value)) for name, value in headers]
        return _encode(pairs)


def _by_name(headers: Headers) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in headers:
        shown.setdefault(name, []).append(_header(value))
    return {name: each[0] if len(each) == 1 else each for name, each in shown.items()}


def _name_bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _header(value: bytes | None) -> str | dict[str, bytes] | None:
    if value is None:
        return None
    try:
        return value.decode()
    except UnicodeDecodeError:
        return {"base64": value}


def _parse_headers(shown: dict[str, Any] | list[tuple[Any, Any]]) -> Headers:
    return tuple(
        (_parse_name(name), _parse_header(name, value))
        for name, given in (shown.items() if isinstance(shown, dict) else shown)
        for value in (given if isinstance(given, list) else [given])
    )


def _parse_name(name: object) -> str:
    raw = _parse_header(name, name)
    if raw is None:
        raise RecordedLineError("a header without a name")
    return raw.decode("utf-8", "surrogateescape")


def _parse_header(name: object, value: object) -> bytes | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, dict) and isinstance(value.get("base64"), str):
        return _from_base64(value["base64"], f"header {name}")
    raise RecordedLineError(f'header {name}: expected text, null or {{"base64": …}}')


def _from_base64(text: str, field: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RecordedLineError(f"{field}: {error}") from None
