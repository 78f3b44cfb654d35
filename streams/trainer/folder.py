"""The trainer's folder: one run at a time is at work in it, and old runs do not pile up."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Runs whose trials and boards are kept; with one a day, a fortnight to compare by TensorBoard.
RUNS_KEPT = 14
#: Versions that can still be promoted: about half a megabyte each.
VERSIONS_KEPT = 60


@contextmanager
def occupied(folder: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Wait until no other run is at work in `folder`, then remove what killed ones left unfinished.

    The system frees the place of a killed process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "occupied").open("w") as place:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"waiting for another run in {folder}")
            fcntl.flock(place, fcntl.LOCK_EX)
        for path in folder.glob("**/*.part*"):
            path.unlink()
        yield


def outdated(folder: Path, most: int) -> list[Path]:
    """The folders in `folder` but for the `most` that were changed last."""
    found = sorted((p for p in folder.iterdir() if p.is_dir()), key=_changed, reverse=True)
    return found[most:]


def _changed(folder: Path) -> float:
    inside = (path.stat().st_mtime for path in folder.iterdir())
    return max(inside, default=folder.stat().st_mtime)
