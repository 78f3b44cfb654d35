"""In which order the records of a recording belong.

Records are merged by timestamp, then topic, partition and offset. Within a partition the order is
that of the offsets, as Kafka delivered them, whatever their timestamps say: a record counts as
being no earlier than the ones before it in its partition. So the order of a recording is a matter
of its records alone, not of how they are spread over files and lines.

A shop's past may have been sent together with its products, which have no times but those of their
sending (`pricetide import --history`). A worker that starts then knows the shop before it reads its
past. So where all products are later than the first event, what had been told of the shop before
the first event behind them comes before all events.
"""

from __future__ import annotations

import gzip
import io
import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from streams.recording.entry import RecordingError
from streams.recording.line import RecordedLineError, parse

ENDINGS = (".jsonl.gz", ".jsonl")
GZIP = b"\x1f\x8b"
BUFFER = 1 << 20
PRODUCTS = "products"
#: Topics that tell of the shop itself, and those of events.
TOLD = (PRODUCTS, "promotions", "pricing-policies")
EVENTS = ("orders", "clickstream", "competitor-prices")


def find(paths: Iterable[Path]) -> list[Path]:
    """Return the files that `paths` name: themselves, or what a folder holds, sorted.

    Raises
    ------
    RecordingError
        A path doesn't exist, or a folder holds no recording.
    """
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            held = sorted(each for each in path.iterdir() if each.name.endswith(ENDINGS))
            if not held:
                raise RecordingError(f"{path} holds no recording (no file TOPIC.jsonl.gz)")
            files += held
        elif path.is_file():
            files.append(path)
        else:
            raise RecordingError(f"there is no recording {path}")
    return files


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield number (from 1) and text of each line that isn't blank.

    Raises
    ------
    RecordingError
        The file can't be read, is damaged or incomplete.
    """
    try:
        with _open(path) as file:
            for number, line in enumerate(file, 1):
                text = line.strip()
                if text:
                    yield number, text
    except EOFError:
        raise RecordingError(f"{path} is incomplete: it breaks off in the middle") from None
    except (OSError, zlib.error) as error:
        raise RecordingError(f"{path} is damaged, or cannot be read: {error}") from error


def _open(path: Path) -> IO[bytes]:
    with path.open("rb") as file:
        start = file.read(len(GZIP))
    if not start and path.suffix == ".gz":
        raise EOFError  # a recording without a record is still a gzip file
    if start == GZIP:
        # The larger buffer reads lines twice as fast as the decompressor's own.
        return io.BufferedReader(cast(io.RawIOBase, gzip.open(path)), BUFFER)
    return path.open("rb")


Integers = NDArray[np.int64]


class Index(NamedTuple):
    """The records of all files, in their order; 32 bytes a record in memory.

    `file` and `line` say where each is (the n-th indexed line of that file), `offset` what its
    offset is, `timestamp` when it counts as being, all of shape (records,).
    """

    file: Integers
    line: Integers
    offset: Integers
    timestamp: Integers
    topics: dict[str, int]


class _Columns:
    """What is read of each line, in the order of reading."""

    def __init__(self) -> None:
        self.topic, self.partition = array("q"), array("q")
        self.offset, self.timestamp = array("q"), array("q")
        self.file, self.line, self.number = array("q"), array("q"), array("q")
        self.names: dict[str, int] = {}
        self._next_offset: dict[tuple[int, int], int] = {}

    def read(self, place: int, path: Path, topics: Collection[str] | None) -> None:
        count = 0
        for number, text in lines(path):
            try:
                line = parse(text)
            except RecordedLineError as error:
                raise RecordingError(f"{path}:{number}: {error}") from error
            if topics is not None and line.topic not in topics:
                continue
            topic = self.names.setdefault(line.topic, len(self.names))
            offset = line.offset
            if offset is None:
                offset = self._next_offset.get((topic, line.partition), 0)
            self._next_offset[topic, line.partition] = offset + 1
            self.topic.append(topic)
            self.partition.append(line.partition)
            self.offset.append(offset)
            self.timestamp.append(line.timestamp)
            self.file.append(place)
            self.line.append(count)
            self.number.append(number)
            count += 1


def index(paths: Sequence[Path], topics: Collection[str] | None) -> Index:
    """Read all files once, and order their records.

    Parameters
    ----------
    paths
        The files.
    topics
        Only these, if given.

    Raises
    ------
    RecordingError
        A line is malformed, or two have the same topic, partition and offset.
    """
    columns = _Columns()
    for place, path in enumerate(paths):
        columns.read(place, path, topics)
    names = sorted(columns.names)
    rank = np.empty(len(names), np.int64)
    rank[[columns.names[name] for name in names]] = np.arange(len(names))
    topic = rank[_integers(columns.topic)]
    partition, offset = _integers(columns.partition), _integers(columns.offset)
    timestamp = _integers(columns.timestamp).copy()
    file, line = _integers(columns.file), _integers(columns.line)

    in_partition = np.lexsort((offset, partition, topic))
    same = (np.diff(topic[in_partition]) == 0) & (np.diff(partition[in_partition]) == 0)
    twice = np.flatnonzero(same & (np.diff(offset[in_partition]) == 0))
    if len(twice):
        first, second = in_partition[twice[0]], in_partition[twice[0] + 1]
        where = [f"{paths[file[each]]}:{columns.number[each]}" for each in (first, second)]
        raise RecordingError(
            f"{names[topic[first]]} partition {partition[first]} offset {offset[first]} is there"
            f" twice: {where[0]} and {where[1]}"
        )
    for run in np.split(in_partition, np.flatnonzero(~same) + 1):
        timestamp[run] = np.maximum.accumulate(timestamp[run])
    _before_past({name: topic == place for place, name in enumerate(names)}, timestamp)
    order = np.lexsort((offset, partition, topic, timestamp))
    counts = np.bincount(topic, minlength=len(names)).tolist()
    return Index(
        file[order],
        line[order],
        offset[order],
        timestamp[order],
        dict(zip(names, counts, strict=True)),
    )


def _before_past(is_of: Mapping[str, NDArray[np.bool_]], timestamp: Integers) -> None:
    """Let what was told of the shop count as being just before a past that was sent with it."""
    events = [timestamp[is_of[name]] for name in EVENTS if name in is_of]
    if PRODUCTS not in is_of or not events:
        return
    happened = np.concatenate(events)
    known, begin = timestamp[is_of[PRODUCTS]].min(), happened.min()
    if known <= begin:
        return
    present = happened[happened > known].min(initial=np.iinfo(np.int64).max)
    for name in is_of.keys() & TOLD:
        early = is_of[name] & (timestamp < present)
        timestamp[early] = np.minimum(timestamp[early], begin - 1)


def _integers(column: array[int]) -> Integers:
    return np.frombuffer(column, np.int64)
