"""A state as bytes: msgpack with arrays as raw columns, compressed, cut into parts."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np

from online_models.persistence.versions import VERSION, check, migrate

#: A part fits a record of Kafka's default size with room for its header.
PART = 900_000
#: A column's type in msgpack.
ARRAY = 1
#: zlib's fastest level: the state is mostly small integers, and more effort gains little.
LEVEL = 1


class SnapshotError(ValueError):
    """Bytes that are no snapshot that this release reads."""


class SnapshotPart(msgspec.Struct, array_like=True, frozen=True):
    """One of `parts` pieces of the state after the journal records below `offset`."""

    version: int
    offset: int
    index: int
    parts: int
    checksum: int
    data: bytes


def _array(value: Any) -> msgspec.msgpack.Ext:
    if isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        head = msgspec.msgpack.encode((array.dtype.str, array.shape))
        return msgspec.msgpack.Ext(ARRAY, len(head).to_bytes(2, "little") + head + array.tobytes())
    if isinstance(value, np.generic):
        raise TypeError(f"NumPy scalar {value!r} in a snapshot: convert it where it is kept")
    raise TypeError(f"{type(value).__name__} in a snapshot")


def _from_ext(code: int, data: memoryview) -> Any:
    if code != ARRAY:
        raise SnapshotError(f"unknown extension {code}")
    size = int.from_bytes(data[:2], "little")
    dtype, shape = msgspec.msgpack.decode(data[2 : 2 + size])
    return np.frombuffer(data[2 + size :], dtype=dtype).reshape(shape).copy()


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_array)
_DECODER = msgspec.msgpack.Decoder(ext_hook=_from_ext)
_PART = msgspec.msgpack.Decoder(SnapshotPart)


def encode(state: dict[str, Any], offset: int) -> list[bytes]:
    """The parts of a state; `offset` is the first journal offset that it does not reflect."""
    return [msgspec.msgpack.encode(part) for part in parts_of(state, offset)]


def parts_of(state: dict[str, Any], offset: int) -> list[SnapshotPart]:
    """The same before they are bytes."""
    raw = zlib.compress(_ENCODER.encode(state), LEVEL)
    pieces = [raw[i : i + PART] for i in range(0, len(raw), PART)]
    return [
        SnapshotPart(VERSION, offset, i, len(pieces), zlib.crc32(piece), piece)
        for i, piece in enumerate(pieces)
    ]


def decode_part(value: bytes) -> SnapshotPart:
    """One part, of whatever version; SnapshotError where it is damaged."""
    try:
        part = _PART.decode(value)
    except msgspec.MsgspecError as error:
        raise SnapshotError(f"not a snapshot: {error}") from error
    if zlib.crc32(part.data) != part.checksum:
        raise SnapshotError(f"part {part.index} of the snapshot at {part.offset} is damaged")
    return part


def decode(parts: list[SnapshotPart]) -> Mapping[str, Any]:
    """The state of all its parts, in order, as today's release writes it; SnapshotError where they
    do not make one, VersionError where their version is not understood.
    """
    check(parts[0].version)
    try:
        raw = zlib.decompress(b"".join(part.data for part in parts))
        state: dict[str, Any] = _DECODER.decode(raw)
    except (zlib.error, msgspec.MsgspecError) as error:
        raise SnapshotError(f"the parts are no state: {error}") from error
    return migrate(state, parts[0].version)
