"""The demo's progress in the terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from schemas.values.instants import DAY
from schemas.values.instants import to_text as instant_text
from streams.demo.closed_loop import LoopProgress
from streams.demo.data.days import Days
from streams.terminal.progress import progress

#: Seconds between lines where the output is no terminal, and a bar would be noise.
PLAIN_SECONDS = 10.0


@contextmanager
def progress_bar(console: Console, days: Days) -> Iterator[Callable[[LoopProgress], None]]:
    """A bar over the days, with what has come in and out so far."""
    last_line = time.monotonic()

    def show_stage(stage: LoopProgress) -> None:
        nonlocal last_line
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
        show(min(max(stage.reached // DAY - days.first, 0), len(days)), text=text)
        if not console.is_terminal and time.monotonic() - last_line >= PLAIN_SECONDS:
            last_line = time.monotonic()
            console.print(text)

    with progress("the worker is starting", len(days)) as show:
        show(0)
        yield show_stage
