"""A zero byte and a schema's number stand before what a registry's serializer writes."""

from __future__ import annotations

import struct

from schemas.records.record import RecordError

FRAMED = 0
_HEAD = struct.Struct(">bI")
#: Bytes before the payload.
HEAD_BYTES = _HEAD.size


def framed(value: bytes) -> tuple[int, bytes]:
    """The schema's number, and the payload; RecordError.

    >>> framed(frame(7, b"x"))
    (7, b'x')
    """
    if len(value) < _HEAD.size:
        raise RecordError("it ends within the number of its schema")
    return _HEAD.unpack_from(value)[1], value[_HEAD.size :]


def frame(number: int, payload: bytes) -> bytes:
    """A payload behind its schema's number."""
    return _HEAD.pack(FRAMED, number) + payload
