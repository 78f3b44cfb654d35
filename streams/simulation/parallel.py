"""Cells over processes, with a progress bar."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from online_models.market.closed_loop import Track
from streams.freed_memory import keep_freed_memory
from streams.simulation.cells import Cell, run
from streams.simulation.store import ResultStore
from streams.terminal.progress import progress

#: A process computes on one core: threads of a linear algebra library only get in their way.
SINGLE_THREADED = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def run_all(cells: Sequence[Cell], store: ResultStore, jobs: int) -> dict[Cell, Track]:
    """The tracks of all cells; those already in the store are not run again.

    An error in a cell ends the experiment; what was finished stays in the store.
    """
    tracks = {cell: track for cell in cells if (track := store.load(cell)) is not None}
    missing = [cell for cell in cells if cell not in tracks]
    for name in SINGLE_THREADED:
        os.environ.setdefault(name, "1")
    with progress("runs", len(cells)) as show:
        show(len(tracks))
        # Spawned, not forked: a fork copies whatever threads and locks the caller holds.
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(jobs, context, initializer=keep_freed_memory) as pool:
            running = {pool.submit(run, cell): cell for cell in missing}
            try:
                for done in as_completed(running):
                    cell = running[done]
                    tracks[cell] = done.result()
                    store.save(cell, tracks[cell])
                    show(len(tracks), text=cell.setting.market)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
    return tracks
