"""A policy file becomes records of its topic."""

from __future__ import annotations

from collections.abc import Iterable

from streams.configuration.policy_file import TOPIC, PolicyRecord
from streams.configuration.settings import Settings
from streams.kafka.clients import producer


async def publish(settings: Settings, policies: Iterable[PolicyRecord]) -> None:
    """Write policies to `pricing-policies`; returns when the broker has them."""
    writer = producer(settings, enable_idempotence=True)
    await writer.start()
    try:
        for policy in policies:
            await writer.send(TOPIC, policy.value, key=policy.key.encode(), partition=0)
        await writer.flush()
    finally:
        await writer.stop()
