"""The worker's role `train`: training every so often, and forecasts every day, in a process of
their own.
"""

from __future__ import annotations

import logging
import time

from mode import Service

from schemas.values import durations
from streams.configuration.settings import Settings
from streams.metrics.instruments import TRAININGS
from streams.trainer.child_process import ChildProcess
from streams.trainer.pace import pause_ms

logger = logging.getLogger(__name__)

#: After a run that failed, the next one comes sooner than after one that did not.
RETRY_SECONDS = 900.0


class Trainer(Service):  # type: ignore[misc]
    """Runs `pricetide train` on the topics every so often, between trainings with `--forecast`, and
    ends it when stopped.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.child = ChildProcess(settings)
        self._arguments = ["train", "--out", str(settings.training)]
        self._arguments += ["--days", str(settings.train_days), "--models", settings.train_models]
        self._every = durations.to_ms(settings.train_every) / 1000
        self._pause = pause_ms(settings) / 1000

    async def on_started(self) -> None:
        """Begin the first run at once."""
        self.add_future(self._run())

    async def _run(self) -> None:
        trained_at: float | None = None
        while not self.should_stop:
            began = time.monotonic()
            due = trained_at is None or began - trained_at >= self._every - self._pause / 2
            status = await self.child.run([*self._arguments, *([] if due else ["--forecast"])])
            if due:
                TRAININGS.labels("failed" if status else "done").inc()
            if status != 0 and not self.should_stop:
                logger.warning("training ended with status %d; see its output", status)
            elif due:
                trained_at = began
            await self.sleep(self._pause if status == 0 else min(RETRY_SECONDS, self._every))

    async def on_stop(self) -> None:
        """End a run that is under way; the next one goes on where it was."""
        await self.child.stop()
