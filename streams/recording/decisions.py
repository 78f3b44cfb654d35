"""A decision by its id, or the last one of a product, from a recording or from Kafka."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from streams.configuration.settings import Settings
from streams.recording.observing import observing, up_to_now
from streams.recording.reader import Recording

TOPIC = "price-decisions"


def recorded_decision(folder: Path, wanted: str) -> dict[str, Any] | None:
    """The decision of a recording with this id, or the last one of this SKU; None without any."""
    last = None
    for entry in Recording([folder], {TOPIC}):
        if found := _if_wanted(entry.value, wanted):
            if found["decision_id"] == wanted:
                return found
            last = found
    return last


async def published_decision(settings: Settings, wanted: str) -> dict[str, Any] | None:
    """The decision of the topic with this id, or the last one of this SKU; None without any."""
    last = None
    async with observing(settings, TOPIC) as (consumer, places):
        async for record in up_to_now(consumer, places):
            if found := _if_wanted(record.value, wanted):
                if found["decision_id"] == wanted:
                    return found
                last = found
    return last


def _if_wanted(value: bytes | None, wanted: str) -> dict[str, Any] | None:
    # most records are passed over without reading them
    if value is None or msgspec.json.encode(wanted)[1:-1] not in value:
        return None
    decision: dict[str, Any] = msgspec.json.decode(value)
    return decision if wanted in (decision["decision_id"], decision["sku"]) else None
