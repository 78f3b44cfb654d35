"""The worker's role `train` plans promotions every day, in a process of its own."""

from __future__ import annotations

import logging

from aiokafka.errors import KafkaError
from mode import Service

from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.studies.promotions.asking import asked
from streams.trainer.child_process import ChildProcess

logger = logging.getLogger(__name__)

#: From one round to the next: promotions begin and end at midnight.
EVERY_SECONDS = 86_400.0
#: After a round that failed, and while no policy asks for promotions.
RETRY_SECONDS = 900.0


class Promoter(Service):  # type: ignore[misc]
    """Runs `pricetide promotions --publish` on the live shop once a day, while a policy asks."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.child = ChildProcess(settings)

    async def on_started(self) -> None:
        """Begin the first round at once."""
        self.add_future(self._run())

    async def _run(self) -> None:
        while not self.should_stop:
            await self.sleep(EVERY_SECONDS if await self._round() else RETRY_SECONDS)

    async def _round(self) -> bool:
        """Whether promotions were planned."""
        try:
            if not await asked(self._settings):
                return False
        except (ExpectedError, KafkaError) as error:
            logger.warning("promotions are not planned: %s", error)
            return False
        status = await self.child.run(["promotions", "--publish"])
        if status != 0 and not self.should_stop:
            logger.warning("planning promotions ended with status %d; see its output", status)
        return status == 0

    async def on_stop(self) -> None:
        """End a round that is under way; the next one goes on where it was."""
        await self.child.stop()
