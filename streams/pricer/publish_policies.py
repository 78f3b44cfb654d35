"""A policy file becomes records of its topic."""

from __future__ import annotations

from collections.abc import Iterable

from aiokafka import AIOKafkaProducer

from streams.configuration.policy_file import TOPIC, PolicyRecord
from streams.configuration.settings import Settings
from streams.kafka.clients import client


async def publish(settings: Settings, policies: Iterable[PolicyRecord]) -> None:
    """Write policies to `pricing-policies`; returns when the broker has them."""
    producer = AIOKafkaProducer(**client(settings), enable_idempotence=True)
    await producer.start()
    try:
        for policy in policies:
            await producer.send(TOPIC, policy.value, key=policy.key.encode(), partition=0)
        await producer.flush()
    finally:
        await producer.stop()
