"""Where an archive lies: a folder, or an object store by its URL."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol

from streams.archive.error import ArchiveError
from streams.extras import require

#: A file has this behind its name until it is whole.
UNFINISHED = ".part"


class ArchiveStore(Protocol):
    """Files by name, in folders one deep; a file is there as a whole or not at all."""

    def folders(self) -> list[str]:
        """The folders, in any order."""

    def names(self, folder: str) -> list[str]:
        """The files of a folder, in any order."""

    def read(self, folder: str, name: str) -> bytes:
        """All of a file."""

    def write(self, folder: str, name: str, data: bytes) -> None:
        """Write a file."""


def store(where: str) -> ArchiveStore:
    """The store of a path or a URL (`s3://bucket/shop`), which needs the extra `archive`."""
    if "://" not in where:
        return _Folder(Path(where))
    require("fsspec")
    return _Remote(where)


class _Folder:
    def __init__(self, root: Path) -> None:
        self._root = root

    def __str__(self) -> str:
        return str(self._root)

    def folders(self) -> list[str]:
        return _listed(self._root)

    def names(self, folder: str) -> list[str]:
        return _listed(self._root / folder)

    def read(self, folder: str, name: str) -> bytes:
        return (self._root / folder / name).read_bytes()

    def write(self, folder: str, name: str, data: bytes) -> None:
        path = self._root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(name + UNFINISHED)
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)


def _listed(path: Path) -> list[str]:
    return [each.name for each in path.iterdir()] if path.is_dir() else []


class _Remote:
    def __init__(self, url: str) -> None:
        import fsspec

        self._url = url
        self._files: Any
        try:
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise ArchiveError(f"{url}: {error}") from None

    def __str__(self) -> str:
        return self._url

    def folders(self) -> list[str]:
        return self._listed(self._root)

    def names(self, folder: str) -> list[str]:
        return self._listed(f"{self._root}/{folder}")

    def read(self, folder: str, name: str) -> bytes:
        data: bytes = self._files.cat_file(f"{self._root}/{folder}/{name}")
        return data

    def write(self, folder: str, name: str, data: bytes) -> None:
        self._files.makedirs(f"{self._root}/{folder}", exist_ok=True)
        self._files.pipe_file(f"{self._root}/{folder}/{name}", data)

    def _listed(self, path: str) -> list[str]:
        self._files.invalidate_cache()
        if not self._files.exists(path):
            return []
        return [name.rpartition("/")[2] for name in self._files.ls(path, detail=False)]
