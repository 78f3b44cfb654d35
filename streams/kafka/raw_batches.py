"""Batches of records as brokers keep them, read whatever they are made of.

aiokafka's parser raises where a header's name is not UTF-8 or a stream does not expand, and so at
every attempt to read on; it expands a stream to whatever size it stands for. Here its parser reads
what is sound, with the bytes expanded up to a limit, and what it cannot read is read byte by byte.

Importing this module makes every consumer of the process read so.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatch
from aiokafka.record.legacy_records import LegacyRecordBatch

from streams.kafka.codecs import ExpansionError, expand
from streams.kafka.kafka_record import NOT_TEXT, RawRecord, UnreadableRecords

#: Base offset and length, which are not counted in the length.
_OVERHEAD = struct.calcsize(">qi")
_LENGTH = struct.Struct(">i")
_LENGTH_AT = struct.calcsize(">q")
_MAGIC_AT = struct.calcsize(">qii")
#: Base offset, length, leader's epoch, magic, checksum, attributes, last offset delta, first and
#: latest timestamp, producer's id and epoch, base sequence, number of records.
_HEAD = struct.Struct(">qiibIhiqqqhii")
_ATTRIBUTES_AT = struct.calcsize(">qiibI")
_CODEC = 0b111
_APPEND_TIME = 0b1000
#: The first format with this head; older batches leave reading to aiokafka.
_MAGIC = 2


class RawBatches:
    """The batches of a fetch, as aiokafka's `MemoryRecords` offers them."""

    def __init__(self, fetched: bytes) -> None:
        self._fetched = memoryview(fetched)
        self._at = self._end = 0

    def size_in_bytes(self) -> int:
        """Bytes of the fetch, a batch that is cut off at its end included."""
        return len(self._fetched)

    def has_next(self) -> bool:
        """Whether a whole batch is left."""
        head = self._at + _OVERHEAD
        if head > len(self._fetched):
            return False
        self._end = head + _LENGTH.unpack_from(self._fetched, self._at + _LENGTH_AT)[0]
        return self._end <= len(self._fetched)

    def next_batch(self) -> Any:
        """The next batch; call `has_next` before."""
        raw = self._fetched[self._at : self._end]
        if len(raw) < _HEAD.size:
            raise CorruptRecordException(f"a batch of {len(raw)} bytes has no head")
        self._at = self._end
        magic = raw[_MAGIC_AT]
        return _Batch(raw) if magic >= _MAGIC else LegacyRecordBatch(raw, magic)


class _Batch:
    """One batch, as aiokafka's `DefaultRecordBatch` offers it."""

    __slots__ = (
        "_batch",
        "_raw",
        "base_offset",
        "is_control_batch",
        "is_transactional",
        "next_offset",
        "producer_id",
    )

    def __init__(self, raw: memoryview) -> None:
        self._raw = raw
        self._batch = batch = DefaultRecordBatch(raw)
        self.producer_id = batch.producer_id
        self.base_offset = batch.base_offset
        self.next_offset = batch.next_offset
        self.is_transactional = batch.is_transactional
        self.is_control_batch = batch.is_control_batch

    def validate_crc(self) -> bool:
        """Whether the bytes are those that the producer sent."""
        return bool(self._batch.validate_crc())

    def __next__(self) -> Any:
        return next(iter(self))

    def __iter__(self) -> Iterator[Any]:
        batch, raw = self._batch, self._raw[_HEAD.size :]
        codec = batch.attributes & _CODEC
        if codec:
            try:
                batch, raw = self._expanded(codec)
            except ExpansionError as error:
                yield self._rest(raw, self.base_offset, str(error))
                return
        passed, after = self.base_offset - 1, self.next_offset
        try:
            for record in batch:
                if not passed < record.offset < after:
                    raise CorruptRecordException("an offset out of order")
                yield record
                passed = record.offset
        except Exception:  # whatever it is that the parser cannot take
            for record in self._read(raw):
                if record.offset > passed:
                    yield record

    def _expanded(self, codec: int) -> tuple[Any, memoryview]:
        """The batch without compression, and its records' bytes."""
        records = expand(codec, self._raw[_HEAD.size :])
        head = bytearray(self._raw[: _HEAD.size])
        struct.pack_into(">h", head, _ATTRIBUTES_AT, self._batch.attributes & ~_CODEC)
        whole = b"".join((head, records))
        return DefaultRecordBatch(whole), memoryview(whole)[_HEAD.size :]

    def _read(self, raw: memoryview) -> Iterator[RawRecord | UnreadableRecords]:
        """Each record, byte by byte; one that makes no sense leaves the next to be read."""
        number, at, offset = _HEAD.unpack_from(self._raw)[-1], 0, self.base_offset
        for _ in range(number):
            if offset >= self.next_offset:
                return
            try:
                length, begin = _varint(raw, at)
                end = begin + length
                if not begin < end <= len(raw):
                    raise ValueError("a length beyond the batch")
            except ValueError as error:
                yield self._rest(raw[at:], offset, str(error))
                return
            record = self._record(raw[begin:end], offset)
            yield record
            offset, at = record.offset + 1, end

    def _record(self, body: memoryview, offset: int) -> RawRecord:
        """The record whose bytes are `body`; `offset` is its own where these do not say."""
        first, latest = self._batch.first_timestamp, self._batch.max_timestamp
        appended = int(bool(self._batch.attributes & _APPEND_TIME))
        try:
            delta, at = _varint(body, 1)  # after the attributes, of which none is in use
            timestamp = latest if appended else max(min(first + delta, latest), -1)
            delta, at = _varint(body, at)
            if not offset <= self.base_offset + delta < self.next_offset:
                raise ValueError("an offset out of order")
            offset = self.base_offset + delta
            key, at = _bytes(body, at)
            value, at = _bytes(body, at)
            headers, sound = _headers(body, at)
        except ValueError as error:
            why = f"the record's bytes make no sense: {error}"
            return RawRecord(offset, latest, appended, None, bytes(body), (), why)
        wrong = None if sound else NOT_TEXT
        return RawRecord(offset, timestamp, appended, key, value, headers, wrong)

    def _rest(self, raw: memoryview, first: int, why: str) -> UnreadableRecords:
        last = self.next_offset - 1
        error = f"records {first} to {last} cannot be separated: {why}"
        latest = self._batch.max_timestamp
        return UnreadableRecords(last, latest, 0, None, bytes(raw), error)


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """A zigzag integer of variable length, and where it ends; ValueError where there is none."""
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at
        shift += 7
    raise ValueError("a number that does not end")


def _bytes(data: memoryview, at: int) -> tuple[bytes | None, int]:
    size, at = _varint(data, at)
    if size < 0:
        return None, at
    if at + size > len(data):
        raise ValueError("a field beyond its record")
    return bytes(data[at : at + size]), at + size


def _headers(data: memoryview, at: int) -> tuple[tuple[tuple[str, bytes | None], ...], bool]:
    """The headers, and whether all their names are UTF-8; bytes of a name that are not become
    lone surrogates, from which they can be had back.
    """
    number, at = _varint(data, at)
    found: list[tuple[str, bytes | None]] = []
    sound = True
    for _ in range(number):
        name, at = _bytes(data, at)
        value, at = _bytes(data, at)
        try:
            found.append(((name or b"").decode(), value))
        except UnicodeDecodeError:
            found.append(((name or b"").decode("utf-8", "surrogateescape"), value))
            sound = False
    return tuple(found), sound


fetcher.MemoryRecords = RawBatches
