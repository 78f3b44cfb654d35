"""Many runs, on all processors."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import gettempdir

from streams.configuration.spelling import PREFIX
from streams.torture.simulated.run import RunResult, run

#: Runs that a process is given at a time.
SOME = 20
#: Under it sets have the same order in every process.
HASH_SEED = "PYTHONHASHSEED"


def runs(first: int, number: int, seconds: float | None = None) -> Iterator[RunResult]:
    """The outcomes of so many seeds from the first on; those of which time is left."""
    usual, os.environ[HASH_SEED] = os.environ.get(HASH_SEED), "0"
    until = None if seconds is None else time.monotonic() + seconds
    width = os.cpu_count() or 1
    pool = ProcessPoolExecutor(width, get_context("spawn"), _alone)
    try:
        parts = [
            range(low, min(low + SOME, first + number))
            for low in range(first, first + number, SOME)
        ]
        under_way = [pool.submit(_some, part) for part in parts[:width]]
        rest = iter(parts[width:])
        while under_way:
            yield from under_way.pop(0).result()
            if until is None or time.monotonic() < until:
                under_way += [pool.submit(_some, part) for part in [next(rest, None)] if part]
    finally:
        pool.shutdown(cancel_futures=True)
        if usual is None:
            del os.environ[HASH_SEED]
        else:
            os.environ[HASH_SEED] = usual


def _alone() -> None:
    """No setting of whoever asks counts: a seed is one run everywhere."""
    for variable in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        del os.environ[variable]
    os.chdir(Path(gettempdir()))
    logging.disable(logging.CRITICAL)


def _some(seeds: range) -> list[RunResult]:
    return [run(seed) for seed in seeds]
