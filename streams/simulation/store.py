"""Results on disk, one file per cell, so that an experiment goes on where it was interrupted."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from pathlib import Path

import numpy as np

import online_models
from online_models.market.closed_loop import Track
from streams.simulation.cells import Cell


@cache
def fingerprint() -> str:
    """A digest of the code whose results are kept: results of other code are not reused.

    Taken once: what a process has loaded stays.
    """
    digest = hashlib.sha256(np.__version__.encode())
    root = Path(next(iter(online_models.__path__)))
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class ResultStore:
    """Tracks below `folder`/results, one folder per version of the code."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "results" / fingerprint()
        self._folder.mkdir(parents=True, exist_ok=True)

    def load(self, cell: Cell) -> Track | None:
        """The track of a finished cell, or None."""
        path = self._path(cell)
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return Track(**{name: arrays[name] for name in arrays.files})

    def save(self, cell: Cell, track: Track) -> None:
        """Write a track whole or not at all."""
        path = self._path(cell)
        partial = path.with_suffix(f".{os.getpid()}.partial")
        with partial.open("wb") as file:
            np.savez_compressed(file, **track.columns())  # type: ignore[arg-type]
        partial.replace(path)

    def _path(self, cell: Cell) -> Path:
        return self._folder / f"{hashlib.sha256(cell.identity.encode()).hexdigest()[:24]}.npz"
