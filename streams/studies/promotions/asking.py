"""Whether a live shop's policies ask for promotions: a look at a short topic."""

from __future__ import annotations

from typing import Any

import msgspec

from streams.configuration.settings import Settings
from streams.recording.observing import observing, up_to_now

POLICIES = "pricing-policies"


async def asked(settings: Settings) -> bool:
    """Whether a policy asks. Raises as `latest`."""
    policies = await latest(settings, POLICIES, "policy_id")
    return any(policy.get("promotions") for policy in policies)


async def latest(settings: Settings, name: str, by: str) -> list[dict[str, Any]]:
    """The last record of a topic for each value of the field `by`; what is deleted, or is no JSON
    object, is left out.

    RecordingError where the topic is missing, TopicsError or KafkaError where no Kafka answers.
    """
    found: dict[Any, dict[str, Any]] = {}
    async with observing(settings, name) as (consumer, places):
        async for record in up_to_now(consumer, places):
            if record.value is None:
                found.pop((record.key or b"").decode(errors="replace"), None)
                continue
            try:
                value = msgspec.json.decode(record.value)
            except msgspec.DecodeError:
                continue
            if isinstance(value, dict):
                found[value.get(by)] = value
    return list(found.values())
