"""A decision by its id, from a recording or from Kafka."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from streams.configuration.settings import Settings
from streams.recording.observing import observing, up_to_now
from streams.recording.reader import Recording

TOPIC = "price-decisions"


def recorded_decision(folder: Path, decision_id: str) -> dict[str, Any] | None:
    """The decision of a recording; None where it has none of this id."""
    entries = Recording([folder], {TOPIC})
    return next(filter(None, (_if_wanted(entry.value, decision_id) for entry in entries)), None)


async def published_decision(settings: Settings, decision_id: str) -> dict[str, Any] | None:
    """The decision of the topic; None where it has none of this id."""
    async with observing(settings, TOPIC) as (consumer, places):
        async for record in up_to_now(consumer, places):
            if found := _if_wanted(record.value, decision_id):
                return found
    return None


def _if_wanted(value: bytes | None, decision_id: str) -> dict[str, Any] | None:
    # most records are passed over without reading them
    if value is None or decision_id.encode() not in value:
        return None
    decision: dict[str, Any] = msgspec.json.decode(value)
    return decision if decision["decision_id"] == decision_id else None
