"""The progress bar of every command that takes long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Show(Protocol):
    """Brings a bar up to date; what is None stays."""

    def __call__(
        self, done: float | None = None, total: float | None = None, text: str | None = None
    ) -> None:
        """Show it."""


@contextmanager
def progress(text: str, total: float | None = None, *, in_bytes: bool = False) -> Iterator[Show]:
    """A bar on stderr, gone when the work is done; silent where stderr is no terminal.

    It appears with the first call of what this yields: even an empty bar leaves a line behind.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _silent
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn() if in_bytes else MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    task = bar.add_task(text, total=total)

    def show(
        done: float | None = None, total: float | None = None, text: str | None = None
    ) -> None:
        bar.start()
        bar.update(task, completed=done, total=total, description=text)

    try:
        yield show
    finally:
        bar.stop()


def _silent(done: float | None = None, total: float | None = None, text: str | None = None) -> None:
    """Show nothing."""
