"""What an archive holds, read as a whole."""

from __future__ import annotations

from collections.abc import Iterator

from streams.archive import segments
from streams.archive.store import ArchiveStore


def verify(files: ArchiveStore) -> Iterator[str]:
    """Read all records; a line for each partition. ArchiveError where one is damaged or missing,
    or there is none at all.
    """
    for partition in segments.partitions(files):
        number, last = 0, -1
        for record in segments.records(files, segments.segments(files, partition)):
            number, last = number + 1, record.offset
        first = last - number + 1
        whole = "" if first == 0 else ": not from the first one on, nothing can be made of it anew"
        yield f"{segments.folder(partition)}: {number:,} records, {first} to {last}, sound{whole}"
