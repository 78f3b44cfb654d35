"""An ingest that is stopped before it has started ends at once and leaves nothing open."""

from __future__ import annotations

import asyncio
import logging

import pytest

from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.ingest.service import Ingest
from streams.kafka.admin import provide_topics
from streams.kafka.broker import EmbeddedBroker
from streams.kafka.clients import client

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("turns", [0, 1, 20, 200])
def test_a_start_is_broken_off(
    fresh_broker: EmbeddedBroker, turns: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(bootstrap=fresh_broker.bootstrap)
    provide_topics(client(settings), TOPICS.values(), partitions=settings.partitions)

    async def stopped() -> None:
        ingest = Ingest(settings)
        start = asyncio.create_task(ingest.start())
        for _ in range(turns):
            await asyncio.sleep(0)
        await ingest.stop()
        await asyncio.wait([start])

    with caplog.at_level(logging.ERROR):
        asyncio.run(stopped())
    assert not caplog.records
