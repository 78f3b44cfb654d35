from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from streams.settings import Settings
from streams.trainer.service import Trainer


def test_stopping_the_worker_ends_a_run_under_way(tmp_path: Path) -> None:
    async def live() -> int | None:
        trainer = Trainer(Settings(bootstrap="nowhere:1"), tmp_path, 3600.0)
        trainer._command = [sys.executable, "-c", "import time; time.sleep(600)"]
        await trainer.start()
        while trainer._process is None:
            await asyncio.sleep(0.01)
        process = trainer._process
        await trainer.stop()
        return await process.wait()

    assert asyncio.run(live()) != 0


def test_a_run_that_fails_is_tried_again_and_the_worker_goes_on(tmp_path: Path) -> None:
    runs = tmp_path / "runs"

    async def live() -> None:
        trainer = Trainer(Settings(bootstrap="nowhere:1"), tmp_path, 0.01)
        note = f"open({str(runs)!r}, 'a').write('x'); raise SystemExit(3)"
        trainer._command = [sys.executable, "-c", note]
        await trainer.start()
        while not runs.exists() or len(runs.read_text()) < 2:
            await asyncio.sleep(0.01)
        assert trainer.started
        await trainer.stop()

    asyncio.run(asyncio.wait_for(live(), 60))
