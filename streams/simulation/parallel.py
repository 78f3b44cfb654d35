"""Cells over processes, with a progress bar."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from online_models.market.closed_loop import Track
from streams.freed_memory import keep_freed_memory
from streams.simulation.cells import Cell, run
from streams.simulation.store import Store

#: A process computes on one core: threads of a linear algebra library only get in their way.
SINGLE_THREADED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def run_all(cells: Sequence[Cell], store: Store, jobs: int, console: Console) -> dict[Cell, Track]:
    """The tracks of all cells; those already in the store are not run again.

    An error in a cell ends the experiment; what was finished stays in the store.
    """
    tracks = {cell: track for cell in cells if (track := store.load(cell)) is not None}
    missing = [cell for cell in cells if cell not in tracks]
    for name in SINGLE_THREADED:
        os.environ.setdefault(name, "1")
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    ) as progress:
        bar = progress.add_task("runs", total=len(cells), completed=len(tracks))
        # Spawned, not forked: a fork copies whatever threads and locks the caller holds.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, context, initializer=keep_freed_memory) as pool:
            running = {pool.submit(run, cell): cell for cell in missing}
            try:
                for done in as_completed(running):
                    cell = running[done]
                    tracks[cell] = done.result()
                    store.save(cell, tracks[cell])
                    progress.update(bar, advance=1, description=f"{cell.setting.market}")
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return tracks
