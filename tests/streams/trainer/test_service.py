from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from streams.configuration.settings import Settings
from streams.trainer.service import Trainer


def test_stopping_the_worker_ends_a_run_under_way(tmp_path: Path) -> None:
    async def live() -> int | None:
        trainer = Trainer(Settings(bootstrap="nowhere:1", training=tmp_path))
        trainer.child._command = [sys.executable, "-c", "import time; time.sleep(600)"]
        await trainer.start()
        while trainer.child.process is None:
            await asyncio.sleep(0.01)
        process = trainer.child.process
        await trainer.stop()
        return await process.wait()

    assert asyncio.run(live()) != 0


def test_a_run_that_fails_is_tried_again_and_the_worker_goes_on(tmp_path: Path) -> None:
    runs = tmp_path / "runs"

    async def live() -> None:
        trainer = Trainer(Settings(bootstrap="nowhere:1", training=tmp_path, train_every="PT0.01S"))
        note = f"open({str(runs)!r}, 'a').write('x'); raise SystemExit(3)"
        trainer.child._command = [sys.executable, "-c", note]
        await trainer.start()
        while not runs.exists() or len(runs.read_text()) < 2:
            await asyncio.sleep(0.01)
        assert trainer.started
        await trainer.stop()

    asyncio.run(asyncio.wait_for(live(), 60))


def test_a_child_whose_worker_is_killed_ends_too(tmp_path: Path) -> None:
    code = (
        "import sys; from streams.trainer import child; child.cli.main = lambda _: "
        "(print('up', flush=True), __import__('time').sleep(600)); sys.exit(child.main([]))"
    )
    pipe = subprocess.PIPE
    child = subprocess.Popen([sys.executable, "-c", code], stdin=pipe, stdout=pipe)
    assert child.stdout is not None
    assert child.stdin is not None
    assert child.stdout.readline() == b"up\n"
    child.stdin.close()
    assert child.wait(30) == 1
