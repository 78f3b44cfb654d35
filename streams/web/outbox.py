"""What the console writes to Kafka: events that were posted, and people's commands."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from aiokafka.errors import KafkaError

from streams.configuration.settings import Settings
from streams.kafka.clients import producer
from streams.kafka.producer import Producer

#: How long Kafka may take for all of a request's records.
PATIENCE_SECONDS = 10.0


class OutboxRecord(NamedTuple):
    """A record to write."""

    topic: str
    key: bytes | None
    value: bytes


class KafkaAwayError(Exception):
    """Kafka took nothing, or not all; what was sent may be sent again."""


class Outbox:
    """One producer, which connects when it is first needed."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: Producer | None = None
        self._lock = asyncio.Lock()

    async def send(self, letters: Sequence[OutboxRecord]) -> None:
        """Write all of them; KafkaAwayError where Kafka did not confirm every one in time."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                writer = await self._started()
                sent = [await writer.send(x.topic, x.value, key=x.key) for x in letters]
                await asyncio.gather(*sent)
        except (KafkaError, TimeoutError, OSError) as error:
            await self.close()
            raise KafkaAwayError(str(error) or "Kafka does not answer") from None

    async def close(self) -> None:
        """Write no more."""
        writer, self._producer = self._producer, None
        if writer is not None:
            with suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS / 5):
                    await writer.stop()

    async def _started(self) -> Producer:
        async with self._lock:
            if self._producer is None:
                writer = producer(
                    self._settings,
                    enable_idempotence=True,
                    linger_ms=5,
                    max_request_size=1 << 20,
                )
                try:
                    await writer.start()
                except BaseException:
                    await writer.stop()
                    raise
                self._producer = writer
            return self._producer
