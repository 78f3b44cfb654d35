"""Many runs, on all processors.

Under PYTHONHASHSEED=0 alone do sets have the same order in every process. So one is started with
it, which loads the workers' code once, and forks those that run seeds.
"""

from __future__ import annotations

import gc
import logging
import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import gettempdir

from streams.configuration.spelling import PREFIX
from streams.torture.simulated.result import RunResult

#: Runs that a process is given at a time, and how many times that for each lie ready: one that
#: takes long does not keep the others waiting.
SOME, AHEAD = 5, 4
HASH_SEED = "PYTHONHASHSEED"


def runs(first: int, number: int, seconds: float | None = None) -> Iterator[RunResult]:
    """The outcomes of so many seeds from the first on; those of which time is left."""
    spawn = get_context("spawn")
    ours, theirs = spawn.Pipe(duplex=False)
    with theirs, _ordered_sets():
        process = spawn.Process(target=_fork, args=(theirs, first, number, seconds))
        process.start()
    try:
        while (outcomes := ours.recv()) is not None:
            yield from outcomes
    except EOFError:
        raise RuntimeError("a process that runs seeds has ended before its time") from None
    finally:
        ours.close()
        process.join()


@contextmanager
def _ordered_sets() -> Iterator[None]:
    usual, os.environ[HASH_SEED] = os.environ.get(HASH_SEED), "0"
    try:
        yield
    finally:
        if usual is None:
            del os.environ[HASH_SEED]
        else:
            os.environ[HASH_SEED] = usual


def _fork(results: Connection, first: int, number: int, seconds: float | None) -> None:
    """Send what comes of the seeds, some at a time and in their order, and None at the end."""
    until = None if seconds is None else time.monotonic() + seconds
    _alone()
    from streams.torture.simulated import run  # noqa: F401  (here once, instead of in each)

    gc.freeze()
    width = os.cpu_count() or 1
    end = first + number
    parts = iter([range(low, min(low + SOME, end)) for low in range(first, end, SOME)])
    pool = ProcessPoolExecutor(width, get_context("fork"))
    try:
        under_way = deque(pool.submit(_some, part) for part in islice(parts, width * AHEAD))
        while under_way:
            results.send(under_way.popleft().result())
            part = next(parts, None) if until is None or time.monotonic() < until else None
            if part is not None:
                under_way.append(pool.submit(_some, part))
        results.send(None)
    except BrokenPipeError:
        pass  # nobody wants to hear of the rest
    finally:
        pool.shutdown(cancel_futures=True)


def _alone() -> None:
    """No setting of whoever asks counts: a seed is one run everywhere."""
    for variable in [name for name in os.environ if name.upper().startswith(PREFIX)]:
        del os.environ[variable]
    os.chdir(Path(gettempdir()))
    logging.disable(logging.CRITICAL)


def _some(seeds: range) -> list[RunResult]:
    from streams.torture.simulated.run import run

    return [run(seed) for seed in seeds]
