"""The demo's progress in the terminal."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from schemas.values.instants import DAY
from schemas.values.instants import to_text as instant_text
from streams.demo.data.days import Days
from streams.demo.play import Stage

#: Seconds between lines where the output is no terminal, and a bar would be noise.
PLAIN_SECONDS = 10.0


class Screen:
    """A bar over the days, with what has come in and out so far."""

    def __init__(self, console: Console, days: Days) -> None:
        self._console = console
        self._first, self._number = days.first, len(days)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            expand=True,
        )
        self._task = self._bar.add_task("the worker is starting", total=self._number)
        self._told = time.monotonic()

    def __enter__(self) -> Self:
        """Show it."""
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave its last state on the terminal."""
        self._bar.stop()

    def show(self, stage: Stage) -> None:
        """Bring it up to date."""
        since = stage.since_start(stage.events)
        if since is None:
            return
        events, seconds = since
        pace = f"{events / max(seconds, 1e-3):,.0f}/s"
        if stage.flat_out is not None:
            pace = "at an even pace, to measure latency"
        text = (
            f"{instant_text(stage.reached)[:10]}  {stage.events:,} events ({pace})  "
            f"{stage.applied:,} price changes"
        )
        done = min(max(stage.reached / DAY - self._first, 0), self._number)
        self._bar.update(self._task, completed=done, description=text)
        if not self._console.is_terminal and time.monotonic() - self._told >= PLAIN_SECONDS:
            self._told = time.monotonic()
            self._console.print(text)
