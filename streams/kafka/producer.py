"""A producer that speaks of topics by the program's names, whatever Kafka calls them."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka import AIOKafkaProducer

from streams.kafka.names import TopicNames


class Producer(AIOKafkaProducer):  # type: ignore[misc]
    """aiokafka's producer behind `TopicNames`; of its methods those below name topics."""

    def __init__(self, names: TopicNames, **options: Any) -> None:
        super().__init__(**options)
        self._names = names

    async def send(self, topic: str, *args: Any, **options: Any) -> asyncio.Future[Any]:
        """As aiokafka's."""
        sent: asyncio.Future[Any] = await super().send(self._names.outer(topic), *args, **options)
        return sent

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> asyncio.Future[Any]:
        """As aiokafka's."""
        outer = self._names.outer(topic)
        sent: asyncio.Future[Any] = await super().send_batch(batch, outer, partition=partition)
        return sent

    async def partitions_for(self, topic: str) -> set[int]:
        """As aiokafka's."""
        found: set[int] = await super().partitions_for(self._names.outer(topic))
        return found
