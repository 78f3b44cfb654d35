"""What producers compress, expanded up to a limit: a few bytes may stand for gigabytes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import cramjam

#: Bytes that a batch may expand to. Producers' batches hold one megabyte as a rule, compressed
#: twenty times or less; more than this takes a tenth of a second to expand.
LARGEST_EXPANDED = 64 << 20
#: How many times larger what a producer compresses is at most, as a rule: room for more is made
#: only for what needs it, as it costs more than the expanding of a small batch.
_COMMON = 30
#: zlib's number for a gzip header around the stream.
_GZIP = 31
_XERIAL = b"\x82SNAPPY\x00"
_XERIAL_HEAD = 16


class ExpansionError(ValueError):
    """Bytes that do not expand, or expand to more than the limit."""


def expand(codec: int, data: memoryview, limit: int = LARGEST_EXPANDED) -> bytes | memoryview:
    """What `data` stands for, `codec` being Kafka's number of the compression.

    Raises
    ------
    ExpansionError
        It is more than `limit` bytes, or no such stream.
    """
    decode = _CODECS.get(codec)
    if decode is None:
        raise ExpansionError(f"no known compression: {codec}")
    try:
        return decode(data, limit)
    except (zlib.error, cramjam.DecompressionError, struct.error, ValueError) as error:
        raise ExpansionError(
            f"does not expand to {limit} bytes or less ({error}; {len(data)} bytes compressed)"
        ) from None


def _gzip(data: memoryview, limit: int) -> bytes:
    parts: list[bytes] = []
    while data:
        member = zlib.decompressobj(_GZIP)
        parts.append(member.decompress(data, limit + 1))
        limit -= len(parts[-1])
        if limit < 0:
            raise ValueError("too large")
        if not member.eof:
            raise ValueError("cut off")
        data = memoryview(member.unused_data)
    return b"".join(parts)


def _snappy(data: memoryview, limit: int) -> bytes:
    parts: list[bytes] = []
    for block in _snappy_blocks(data):
        limit -= cramjam.snappy.decompress_raw_len(block)
        if limit < 0:
            raise ValueError("too large")
        parts.append(bytes(cramjam.snappy.decompress_raw(block)))
    return b"".join(parts)


def _snappy_blocks(data: memoryview) -> list[memoryview]:
    """Java's producers frame blocks in a format of their own; others send one bare block."""
    if bytes(data[: len(_XERIAL)]) != _XERIAL:
        return [data]
    blocks, at = [], _XERIAL_HEAD
    while at < len(data):
        (size,) = struct.unpack_from(">i", data, at)
        if not 0 <= size <= len(data) - at - 4:
            raise ValueError("a block of no possible size")
        blocks.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return blocks


def _framed(
    decompress_into: Callable[..., int],
) -> Callable[[memoryview, int], memoryview]:
    def decode(data: memoryview, limit: int) -> memoryview:
        # imported here: commands that read no such batch start sooner; it gives room unfilled
        import numpy as np

        room = np.empty(min(_COMMON * len(data), limit), dtype=np.uint8)
        try:
            return room[: decompress_into(data, room)].data
        except cramjam.DecompressionError:
            room = np.empty(limit, dtype=np.uint8)
            return room[: decompress_into(data, room)].data

    return decode


_CODECS: dict[int, Callable[[memoryview, int], bytes | memoryview]] = {
    1: _gzip,
    2: _snappy,
    3: _framed(cramjam.lz4.decompress_into),
    4: _framed(cramjam.zstd.decompress_into),
}
