"""Clients that close in a bounded time, whether Kafka answers or not."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

from aiokafka import AIOKafkaProducer

#: Seconds for a client to close. What it would tidy up later dies with its connections.
STOP_SECONDS = 2.0


async def within(closing: Coroutine[Any, Any, Any], seconds: float) -> None:
    """Await something that may hang; after so many seconds it is left alone."""
    await asyncio.wait([asyncio.ensure_future(closing)], timeout=seconds)


async def abandon(producer: AIOKafkaProducer) -> None:
    """Close a producer so that nothing it still holds is written from now on."""
    producer._closed = True
    sending = None if producer._sender is None else producer._sender.sender_task
    if sending is not None:
        sending.cancel()
    await within(producer.client.close(), STOP_SECONDS)
