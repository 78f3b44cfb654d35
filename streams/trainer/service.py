"""The worker's role `train`: a training run every so often, in a process of its own."""

from __future__ import annotations

import asyncio
import logging
import os
import sys

from mode import Service

from schemas.values import durations
from streams.configuration.settings import Settings
from streams.metrics.instruments import TRAININGS

logger = logging.getLogger(__name__)

#: After a run that failed, the next one comes sooner than after one that did not.
RETRY_SECONDS = 900.0
#: A run that is asked to stop leaves only complete files whatever happens, so it may be killed.
STOP_SECONDS = 3.0


class Trainer(Service):  # type: ignore[misc]
    """Runs `pricetide train` on the topics every so often, and ends it when stopped.

    The child is a process of its own: TensorFlow never enters this one, and whatever happens to
    the child, the worker goes on.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._command = [sys.executable, "-m", "streams.trainer.child"]
        self._command += ["--out", str(settings.training), "--days", str(settings.train_days)]
        self._command += ["--models", settings.train_models]
        self._every = durations.to_ms(settings.train_every) / 1000
        self._process: asyncio.subprocess.Process | None = None

    async def on_started(self) -> None:
        """Begin the first run at once."""
        self.add_future(self._run())

    async def _run(self) -> None:
        while not self.should_stop:
            status = await self._train()
            TRAININGS.labels("failed" if status else "done").inc()
            if status != 0 and not self.should_stop:
                logger.warning("training ended with status %d; see its output", status)
            await self.sleep(self._every if status == 0 else min(RETRY_SECONDS, self._every))

    async def _train(self) -> int:
        environment = os.environ | {"PRICETIDE_BOOTSTRAP": self._settings.bootstrap or ""}
        self._process = await asyncio.create_subprocess_exec(
            *self._command, env=environment, stdin=asyncio.subprocess.PIPE
        )
        try:
            return await self._process.wait()
        finally:
            self._process = None

    async def on_stop(self) -> None:
        """End a run that is under way; the next one goes on where it was."""
        process = self._process
        if process is None:
            return
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
