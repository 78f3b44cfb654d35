"""Write a recording: one `TOPIC.jsonl.gz` per topic."""

from __future__ import annotations

import gzip
import io
import zlib
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from streams.recording.entry import Entry, RecordingError
from streams.recording.line import encode

SUFFIX = ".jsonl.gz"
#: A file has this behind its name until it is complete.
UNFINISHED = ".part"
#: Twice as quick as zlib's default of 6, and a tenth larger.
COMPRESSION = 4
BUFFER = 1 << 20


class RecordingWriter:
    """Writes entries to files in a folder; a context manager.

    A file takes its name when the context ends well: then it is complete, and replaces one of an
    earlier recording. After an error nothing has changed. The same entries make the same bytes, by
    the same version of zlib.

    Parameters
    ----------
    folder
        Made where it doesn't exist.

    Raises
    ------
    RecordingError
        The folder or a file can't be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.counts: Counter[str] = Counter()
        self._files: dict[str, _File] = {}
        self._made = [path for path in (folder, *folder.parents) if not path.exists()]
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._failed(error) from error

    def open(self, topic: str) -> None:
        """Begin the file of a topic, which may stay empty."""
        try:
            self._files[topic] = _File(self.folder / f"{topic}{SUFFIX}")
        except OSError as error:
            raise self._failed(error) from error

    def write(self, entry: Entry) -> None:
        """Append an entry to the file of its topic."""
        file = self._files.get(entry.topic)
        if file is None:
            self.open(entry.topic)
            file = self._files[entry.topic]
        try:
            file.lines.write(encode(entry))
        except OSError as error:
            raise self._failed(error) from error
        self.counts[entry.topic] += 1

    def flush(self) -> None:
        """Bring all that was written to the files, for who reads along."""
        try:
            for file in self._files.values():
                file.flush()
        except OSError as error:
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        """Write."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Complete the files, or drop them after an error."""
        files, self._files = list(self._files.values()), {}
        try:
            if error is None:
                for file in files:
                    file.finish()
                for file in files:
                    file.keep()
        except OSError as failure:
            raise self._failed(failure) from failure
        finally:
            for file in files:
                file.drop()
            if error is not None:
                self._remove_empty_folders()

    def _remove_empty_folders(self) -> None:
        """Leave no folder behind that was not there before."""
        with suppress(OSError):
            for path in self._made:
                path.rmdir()

    def _failed(self, error: OSError) -> RecordingError:
        return RecordingError(f"{self.folder} cannot be written: {error}")


class _File:
    """One compressed file; without a name or a time in its header, so that bytes repeat."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._unfinished = path.with_name(path.name + UNFINISHED)
        self._raw = self._unfinished.open("wb")
        self._compressed = gzip.GzipFile(
            filename="", mode="wb", compresslevel=COMPRESSION, fileobj=self._raw, mtime=0
        )
        self.lines = io.BufferedWriter(self._compressed, BUFFER)

    def flush(self) -> None:
        self.lines.flush()
        self._compressed.flush(zlib.Z_SYNC_FLUSH)
        self._raw.flush()

    def finish(self) -> None:
        """Write what is still on its way, which may fail."""
        self.lines.close()
        self._raw.close()

    def keep(self) -> None:
        self._unfinished.replace(self._path)

    def drop(self) -> None:
        """Leave nothing unfinished behind."""
        for opened in (self.lines, self._raw):
            with suppress(OSError):
                opened.close()
        self._unfinished.unlink(missing_ok=True)
