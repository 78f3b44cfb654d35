"""Whether Kafka answers: a worker that it does not answer is of no use to anybody for now."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from aiokafka.client import AIOKafkaClient
from mode import Service

from streams.configuration.settings import Settings
from streams.kafka.clients import client
from streams.kafka.errors import UNANSWERED

#: Seconds from one question to the next, for an answer, and without any until it counts as away.
PAUSE_SECONDS = 1.0
ANSWER_SECONDS = 3.0
AWAY_SECONDS = 6.0


class Contact(Service):  # type: ignore[misc]
    """Asks Kafka which topics there are, on a connection of its own."""

    def __init__(self, settings: Settings, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._settings = settings
        self._client: AIOKafkaClient | None = None
        self._answered = time.monotonic()

    @property
    def there(self) -> bool:
        """Whether Kafka has answered lately."""
        return time.monotonic() - self._answered < AWAY_SECONDS

    @Service.task  # type: ignore[untyped-decorator]
    async def _run(self) -> None:
        while not self.should_stop:
            try:
                await asyncio.wait_for(self._ask(), ANSWER_SECONDS)
                self._answered = time.monotonic()
            except UNANSWERED:
                await self._disconnect()
            await self.sleep(PAUSE_SECONDS)

    async def _ask(self) -> None:
        if self._client is None:
            self._client = AIOKafkaClient(**client(self._settings))
            await self._client.bootstrap()
        await self._client.fetch_all_metadata()

    async def on_stop(self) -> None:
        """Ask no more."""
        await self._disconnect()

    async def _disconnect(self) -> None:
        asked, self._client = self._client, None
        if asked is not None:
            await asked.close()
