"""Where the outputs of a partition go."""

from __future__ import annotations

import asyncio
from typing import Any

from online_models.journal.outputs import Output
from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.ingest.routing import Router
from streams.pricer.publisher import Publisher
from streams.pricer.sessions import Share

KEYS = [f"q-{i}".encode() for i in range(20)]


class _Batch:
    def append(self, **record: Any) -> bool:
        return True


class _Session:
    """Takes what is published."""

    failed = None

    def __init__(self) -> None:
        self.shares: list[Share] = []

    def create_batch(self) -> _Batch:
        return _Batch()

    async def publish(self, share: Share) -> None:
        self.shares.append(share)


async def places(topic: str) -> set[int]:
    """The partitions of a topic to which records with many keys go."""
    settings = Settings(bootstrap="nowhere:9092", partitions=4, delivery="at-least-once")
    sessions: Any = None
    publisher = Publisher(settings, 0, Router(4), sessions)
    session = _Session()
    publisher._session = session  # type: ignore[assignment]
    publisher.send([Output(topic, key, b"{}", 0) for key in KEYS])
    await publisher.commit(1)
    return {where for share in session.shares for _, where, _ in share.batches}


def test_what_all_partitions_read_goes_to_the_one_partition_that_there_is() -> None:
    assert TOPICS["quote-lines"].broadcast
    assert asyncio.run(places("quote-lines")) == {0}


def test_all_else_is_spread_by_its_key() -> None:
    assert asyncio.run(places("price-changes")) == {0, 1, 2, 3}
