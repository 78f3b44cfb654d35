"""Segments of an archive, in a folder and in an object store alike."""

import itertools
import re

import pytest

from streams.archive import segments
from streams.archive.error import ArchiveError
from streams.archive.segments import ArchivedRecord
from streams.archive.store import store
from streams.archive.verifying import verify

NUMBERS = itertools.count()


@pytest.fixture(params=["folder", "object store"])
def files(request, tmp_path):
    """An empty archive."""
    return store(str(tmp_path) if request.param == "folder" else f"memory://bucket/{next(NUMBERS)}")


def some(first, last):
    return [
        ArchivedRecord(i, 1000 + i, b"batch %d" % i, (("settings", b"{}"),))
        for i in range(first, last)
    ]


def told(files):
    return list(segments.records(files, segments.segments(files, 0)))


def test_what_is_written_is_read_back_in_order(files):
    segments.write(files, 0, some(5, 8))
    segments.write(files, 0, some(0, 5))
    segments.write(files, 3, some(0, 1))
    assert told(files) == some(0, 8)
    assert segments.partitions(files) == [0, 3]
    assert list(verify(files)) == [
        "pricing-journal-0: 8 records, 0 to 7, sound",
        "pricing-journal-3: 1 records, 0 to 0, sound",
    ]


def test_segments_that_overlap_tell_each_record_once(files):
    # as two that archive at once, or one that was killed between writing and going on, leave them
    for first, last in [(0, 4), (0, 6), (4, 9), (5, 7), (8, 10)]:
        segments.write(files, 0, some(first, last))
    assert told(files) == some(0, 10)


def test_a_missing_file_is_named_by_its_records(files):
    segments.write(files, 0, some(0, 3))
    segments.write(files, 0, some(5, 6))
    with pytest.raises(ArchiveError, match="no records 3 to 4"):
        told(files)


def test_segments_of_two_journals_are_not_joined(files):
    segments.write(files, 0, some(0, 3))
    segments.write(files, 0, [ArchivedRecord(2, 7, b"another"), ArchivedRecord(3, 8, b"journal")])
    with pytest.raises(ArchiveError, match="two journals"):
        told(files)


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-1], lambda raw: b"\0" + raw[1:], lambda _: b""]
)
def test_a_damaged_file_is_named(files, damage):
    segment = segments.write(files, 0, some(0, 3))
    folder = segments.folder(0)
    files.write(folder, segment.name, damage(files.read(folder, segment.name)))
    with pytest.raises(ArchiveError, match=re.escape(segment.name)):
        list(verify(files))


def test_another_content_under_its_name_is_found_out(files):
    first, second = (segments.write(files, 0, some(n, n + 1)) for n in (0, 1))
    folder = segments.folder(0)
    files.write(folder, first.name, files.read(folder, second.name))
    with pytest.raises(ArchiveError, match="is damaged"):
        told(files)


def test_an_archive_that_is_not_there_is_no_sound_one(files):
    with pytest.raises(ArchiveError, match="no archived journal"):
        list(verify(files))
