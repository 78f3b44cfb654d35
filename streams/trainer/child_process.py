"""A command in a process of its own, which ends with the worker that started it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Sequence

from streams.configuration.settings import Settings

#: A run that is asked to stop leaves only complete files whatever happens, so it may be killed.
STOP_SECONDS = 3.0


class ChildProcess:
    """Runs one command at a time.

    TensorFlow never enters this process, and whatever happens to the child, the worker goes on.
    """

    def __init__(self, settings: Settings) -> None:
        self._command = [sys.executable, "-m", "streams.trainer.child"]
        given = {
            "BOOTSTRAP": settings.bootstrap,
            "APP": settings.app,
            "BUCKET": settings.bucket,
            "LATENESS": settings.lateness,
            "TIMEZONE": settings.timezone,
            "TRAINING": str(settings.training),
            "TRAIN_DAYS": str(settings.train_days),
            "TRAIN_EVERY": settings.train_every,
        }
        self._environment = {f"PRICETIDE_{name}": value for name, value in given.items() if value}
        self.process: asyncio.subprocess.Process | None = None

    async def run(self, arguments: Sequence[str]) -> int:
        """Run `pricetide ARGUMENTS`; its exit status."""
        self.process = await asyncio.create_subprocess_exec(
            *self._command,
            *arguments,
            env=os.environ | self._environment,
            stdin=asyncio.subprocess.PIPE,
        )
        try:
            return await self.process.wait()
        finally:
            self.process = None

    async def stop(self) -> None:
        """End what is under way; the next run goes on where it was."""
        process = self.process
        if process is None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
