"""An archived journal as a recording, for `pricetide replay`."""

from __future__ import annotations

from pathlib import Path

from streams.archive import segments
from streams.archive.store import ArchiveStore
from streams.journal import TOPIC
from streams.recording.entry import Entry
from streams.recording.writer import RecordingWriter


def extract(files: ArchiveStore, folder: Path) -> int:
    """Write all records, partition after partition; returns their number. ArchiveError where one
    is damaged or missing, or there is none at all.
    """
    with RecordingWriter(folder) as writer:
        for partition in segments.partitions(files):
            for record in segments.records(files, segments.segments(files, partition)):
                offset, timestamp = record.offset, record.timestamp
                entry = Entry(
                    TOPIC, partition, offset, None, record.value, timestamp, record.headers
                )
                writer.write(entry)
        return writer.counts[TOPIC]
