"""Read recordings back, merged into one order, without loading them."""

from __future__ import annotations

import mmap
import tempfile
from array import array
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Protocol

import numpy as np

from streams.recording.entry import Entry, RecordingError
from streams.recording.index import find, index, lines
from streams.recording.line import RecordedLine, RecordedLineError, entry, parse

CHUNK = 1 << 16


class Recording:
    """The entries of recordings, in the order of `streams.recording.index`.

    Opening reads all lines once, to check and to order them; each iteration reads them again, one
    at a time. A file whose lines aren't in order (one that followed a topic, or was made by other
    means) is unpacked into a temporary file meanwhile.

    Parameters
    ----------
    paths
        Folders of recordings, or single files `.jsonl.gz` or `.jsonl`.
    topics
        Only these, if given.

    Attributes
    ----------
    topics
        Number of entries by topic.
    first, last
        Timestamps of the first and last entry, in ms; None if there is no entry.

    Raises
    ------
    RecordingError
        There is none, it can't be read, or a line is malformed.
    """

    def __init__(self, paths: Sequence[Path], topics: Collection[str] | None = None) -> None:
        self._files = find(paths)
        self._index = index(self._files, topics)
        self._wanted = None if topics is None else frozenset(topics)
        self.topics = self._index.topics
        times = self._index.timestamp
        self.first = int(times[0]) if len(times) else None
        self.last = int(times[-1]) if len(times) else None

    def __len__(self) -> int:
        """Return the number of entries."""
        return len(self._index.file)

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries in order; `RecordingError` where a value is malformed."""
        found = self._index
        with ExitStack() as stack:
            sources = [
                stack.enter_context(closing(self._source(place)))
                for place in range(len(self._files))
            ]
            for start in range(0, len(self), CHUNK):
                part = slice(start, start + CHUNK)
                where = zip(
                    found.file[part].tolist(),
                    found.line[part].tolist(),
                    found.offset[part].tolist(),
                    strict=True,
                )
                for file, line, offset in where:
                    number, text = sources[file].get(line)
                    try:
                        result = entry(text, offset)
                    except RecordedLineError as error:
                        raise RecordingError(f"{self._files[file]}:{number}: {error}") from error
                    yield result

    def _source(self, place: int) -> _LineSource:
        path = self._files[place]
        wanted = self._index.line[self._index.file == place]
        if bool(np.all(np.diff(wanted) > 0)):
            return _InOrder(path, self._wanted)
        return _AnyOrder(path, self._wanted)


class _LineSource(Protocol):
    def get(self, line: int) -> tuple[int, RecordedLine]: ...
    def close(self) -> None: ...


def _parsed(
    path: Path, topics: frozenset[str] | None
) -> Generator[tuple[int, bytes, RecordedLine], None, None]:
    for number, text in lines(path):
        line = parse(text)
        if topics is None or line.topic in topics:
            yield number, text, line


class _InOrder:
    """The lines of a file one after the other."""

    def __init__(self, path: Path, topics: frozenset[str] | None) -> None:
        self._lines = _parsed(path, topics)

    def get(self, line: int) -> tuple[int, RecordedLine]:  # noqa: ARG002
        number, _, parsed = next(self._lines)
        return number, parsed

    def close(self) -> None:
        self._lines.close()


class _AnyOrder:
    """The lines of a file by number, from an unpacked copy."""

    def __init__(self, path: Path, topics: frozenset[str] | None) -> None:
        self._copy = tempfile.TemporaryFile()  # noqa: SIM115 (closed by `close`)
        self._starts, self._numbers = array("q", [0]), array("q")
        for number, text, _ in _parsed(path, topics):
            self._copy.write(text)
            self._starts.append(self._starts[-1] + len(text))
            self._numbers.append(number)
        self._copy.flush()
        self._map = mmap.mmap(self._copy.fileno(), 0, access=mmap.ACCESS_READ)

    def get(self, line: int) -> tuple[int, RecordedLine]:
        text = self._map[self._starts[line] : self._starts[line + 1]]
        return self._numbers[line], parse(text)

    def close(self) -> None:
        self._map.close()
        self._copy.close()
