"""Segments of an archived journal: consecutive records of one partition, compressed, with a hash.

A segment is one file, `FIRST-LAST-HASH.zst`: the offsets of its first and last record, and the
SHA-256 of what it decompresses to. So the names alone say what is there, and each file says of
itself whether it is whole.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import cramjam
import msgspec

from streams.archive.error import ArchiveError, NoArchiveError
from streams.archive.store import ArchiveStore
from streams.journal import TOPIC

#: Raised with every change that an older reader would misread.
VERSION = 1
#: Digits of an offset in a name, so that names stand in the order of the offsets.
_DIGITS = 20
_NAME = re.compile(rf"(\d{{{_DIGITS}}})-(\d{{{_DIGITS}}})-([0-9a-f]{{64}})\.zst")
_FOLDER = re.compile(rf"{TOPIC}-(\d+)")


class ArchivedRecord(msgspec.Struct, array_like=True, frozen=True):
    """A record of the journal; `timestamp` in ms."""

    offset: int
    timestamp: int
    value: bytes
    headers: tuple[tuple[str, bytes], ...] = ()


class _Content(msgspec.Struct, array_like=True, frozen=True):
    version: int
    partition: int
    records: list[ArchivedRecord]


class Segment(NamedTuple):
    """A file of a partition, by its name: the offsets [first, last] and the hash of its content."""

    partition: int
    first: int
    last: int
    digest: str

    @property
    def name(self) -> str:
        """Its file's name."""
        return f"{self.first:0{_DIGITS}}-{self.last:0{_DIGITS}}-{self.digest}.zst"


_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(_Content)


def folder(partition: int) -> str:
    """The folder of a partition."""
    return f"{TOPIC}-{partition}"


def write(files: ArchiveStore, partition: int, records: Sequence[ArchivedRecord]) -> Segment:
    """Write consecutive records, and read them back: ArchiveError where they are not the same."""
    raw = _ENCODER.encode(_Content(VERSION, partition, list(records)))
    digest = hashlib.sha256(raw).hexdigest()
    segment = Segment(partition, records[0].offset, records[-1].offset, digest)
    files.write(folder(partition), segment.name, bytes(cramjam.zstd.compress(raw)))
    read(files, segment)
    return segment


def read(files: ArchiveStore, segment: Segment) -> list[ArchivedRecord]:
    """The records of a segment; ArchiveError where it is damaged."""
    where = f"{folder(segment.partition)}/{segment.name}"
    try:
        raw = bytes(cramjam.zstd.decompress(files.read(folder(segment.partition), segment.name)))
    except (cramjam.DecompressionError, OSError) as error:
        raise ArchiveError(f"{where} cannot be read: {error}") from None
    if hashlib.sha256(raw).hexdigest() != segment.digest:
        raise ArchiveError(f"{where} is damaged: its content is not what its name says")
    content = _DECODER.decode(raw)
    if content.version != VERSION:
        raise ArchiveError(f"{where} is of version {content.version}, this release reads {VERSION}")
    return content.records


def segments(files: ArchiveStore, partition: int) -> list[Segment]:
    """The segments of a partition that tell all its records, from the first offset on.

    Two may overlap, as after a kill, or where two archived at once. ArchiveError where records are
    missing between.
    """
    found = sorted(_found(partition, files.names(folder(partition))))
    whole: list[Segment] = []
    while found:
        following = whole[-1].last + 1 if whole else found[0].first
        reaching = [each for each in found if each.first <= following]
        if not reaching:
            raise ArchiveError(
                f"{folder(partition)} has no records {following} to {found[0].first - 1}:"
                " a file is missing"
            )
        whole.append(max(reaching, key=lambda each: each.last))
        found = [each for each in found if each.last > whole[-1].last]
    return whole


def _found(partition: int, names: Iterable[str]) -> Iterator[Segment]:
    for name in names:
        if parts := _NAME.fullmatch(name):
            yield Segment(partition, int(parts[1]), int(parts[2]), parts[3])


def records(files: ArchiveStore, whole: Iterable[Segment]) -> Iterator[ArchivedRecord]:
    """All records that the segments of a partition tell, each once; ArchiveError where a file is
    damaged, or two tell one record differently.
    """
    last: ArchivedRecord | None = None
    for segment in whole:
        for record in read(files, segment):
            if last is None or record.offset == last.offset + 1:
                yield record
                last = record
            elif record.offset == last.offset and record != last:
                raise ArchiveError(
                    f"{folder(segment.partition)}/{segment.name} tells record {record.offset} in"
                    " another way than the file before: two journals are mixed in this archive"
                )


def partitions(files: ArchiveStore) -> list[int]:
    """The partitions that an archive has, ascending; NoArchiveError where it has none."""
    found = sorted(int(name[1]) for name in map(_FOLDER.fullmatch, files.folders()) if name)
    if not found:
        raise NoArchiveError(str(files))
    return found
