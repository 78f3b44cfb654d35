"""How long the event loop of a worker stands still while its trainer trains in a child.

python -m tests.benchmarks.training_stall
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from streams.settings import Settings
from streams.trainer.service import Trainer
from tests.streams.trainer.conftest import record

#: Seconds between two looks at the clock.
PACE = 0.002


async def lags(seconds: float, busy: asyncio.Task[int] | None = None) -> list[float]:
    """ms by which wake-ups came late, for `seconds` or until `busy` is done."""
    found: list[float] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end and (busy is None or not busy.done()):
        due = time.monotonic() + PACE
        await asyncio.sleep(PACE)
        found.append(1000 * (time.monotonic() - due))
    return found


async def run(folder: Path) -> None:
    trainer = Trainer(Settings(bootstrap="nowhere:1", training=folder))
    trainer._command = [sys.executable, "-m", "streams.trainer.child", str(folder / "recording")]
    trainer._command += ["--out", str(folder), "--models", "mlp", "--folds", "1"]
    idle = await lags(10.0)
    training = asyncio.create_task(trainer._train())
    begun, cpu = time.monotonic(), time.process_time()
    busy = await lags(600.0, training)
    print(
        f"a run of {time.monotonic() - begun:.0f} s; this process: "
        f"{time.process_time() - cpu:.1f} s of CPU"
    )
    print(
        "stalls beyond 50 ms:",
        sum(lag > 50.0 for lag in idle),
        "idle,",
        sum(lag > 50.0 for lag in busy),
        "training",
    )
    for name, found in (("idle", idle), ("training", busy)):
        p50, p99, p999 = np.percentile(found, [50, 99, 99.9])
        print(
            f"{name:9} {len(found):7} looks, ms late: p50 {p50:.2f}  p99 {p99:.2f}  "
            f"p99.9 {p999:.2f}  max {max(found):.1f}"
        )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "recording").mkdir()
        record(Path(name) / "recording")
        asyncio.run(run(Path(name)))
