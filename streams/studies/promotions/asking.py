"""Whether a live shop promotes, or its policies ask for it: a look at short topics."""

from __future__ import annotations

from typing import Any

import msgspec

from streams.configuration.settings import Settings
from streams.recording.observing import observing, up_to_now

POLICIES, PROMOTIONS = "pricing-policies", "promotions"


async def asked(settings: Settings) -> bool:
    """Whether a policy asks, or a promotion was announced. Raises as `latest`."""
    policies = await latest(settings, POLICIES, "policy_id")
    if any(policy.get("promotions") for policy in policies):
        return True
    return bool(await latest(settings, PROMOTIONS, "promotion_id"))


async def latest(settings: Settings, name: str, *by: str) -> list[dict[str, Any]]:
    """The last record of a topic for each value of the field `by`, or of several; what is no JSON
    object, or is deleted by its one field's value, is left out.

    RecordingError where the topic is missing, TopicsError or KafkaError where no Kafka answers.
    """
    found: dict[Any, dict[str, Any]] = {}
    async with observing(settings, name) as (consumer, places):
        async for record in up_to_now(consumer, places):
            if record.value is None:
                found.pop(((record.key or b"").decode(errors="replace"),), None)
                continue
            try:
                value = msgspec.json.decode(record.value)
            except msgspec.DecodeError:
                continue
            if isinstance(value, dict):
                found[tuple(str(value.get(field)) for field in by)] = value
    return list(found.values())
