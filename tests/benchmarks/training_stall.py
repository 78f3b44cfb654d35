"""How long the event loop of a worker stands still while its trainer trains in a child.

    python -m tests.benchmarks.training_stall

What the worker itself does is the longest callback in CPU time. How late wake-ups come also shows
what else the machine does: compare it with the idle line.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from streams.settings import Settings
from streams.trainer.service import Trainer
from tests.streams.trainer.conftest import record

#: Seconds between two looks at the clock.
PACE = 0.002
_cpu: list[float] = []


def watched(run: Any) -> Any:
    """`Handle._run` with a note of the CPU ms that each callback took."""

    def timed(handle: Any) -> None:
        begun = time.thread_time()
        run(handle)
        _cpu.append(1000 * (time.thread_time() - begun))

    return timed


async def lags(seconds: float, busy: asyncio.Task[int] | None = None) -> list[float]:
    """ms by which wake-ups came late, for `seconds` or until `busy` is done."""
    found: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end and (busy is None or not busy.done()):
        due = time.monotonic() + PACE
        await asyncio.sleep(PACE)
        found.append(1000 * (time.monotonic() - due))
    return found


def told(name: str, late: list[float]) -> None:
    p50, p99, p999 = np.percentile(late, [50, 99, 99.9])
    print(
        f"{name:9} longest callback {max(_cpu):.1f} ms of CPU; {len(late)} wake-ups, ms late: "
        f"p50 {p50:.2f}  p99 {p99:.2f}  p99.9 {p999:.2f}  max {max(late):.1f}",
        flush=True,
    )
    _cpu.clear()


async def run(folder: Path) -> None:
    trainer = Trainer(Settings(bootstrap="nowhere:1", training=folder))
    trainer._command = [sys.executable, "-m", "streams.trainer.child", str(folder / "recording")]
    trainer._command += ["--out", str(folder), "--models", "mlp", "--folds", "1"]
    asyncio.Handle._run = watched(asyncio.Handle._run)  # type: ignore[method-assign]
    told("idle", await lags(10.0))
    training = asyncio.create_task(trainer._train())
    told("training", await lags(600.0, training))


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "recording").mkdir()
        record(Path(name) / "recording")
        asyncio.run(run(Path(name)))
