"""What must hold before a shop's past is sent: the pricer has not begun, and Kafka will keep it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from schemas.topics import TOPICS
from schemas.values.instants import DAY, to_text
from streams.configuration.settings import Settings
from streams.errors import InputError
from streams.journal import TOPIC as JOURNAL
from streams.kafka.retention import keep_as_old_as
from streams.recording.observing import observing
from streams.tables.records import Made


async def require_beginning(settings: Settings) -> None:
    """ExpectedError where the pricer has read events: what is older than its time teaches nothing;
    or where its journal is missing, or no Kafka answers.
    """
    async with observing(settings, JOURNAL) as (reader, places):
        if any((await reader.end_offsets(places)).values()):
            raise InputError(
                f"{JOURNAL} holds records: the pricer has begun, and what lies before teaches it "
                "nothing. Send the past before a worker starts, or into other topics "
                "(PRICETIDE_TOPIC_PREFIX)"
            )


def keep(settings: Settings, records: Sequence[Made]) -> str | None:
    """Let Kafka keep the records' topic, oldest first, long enough; what was changed, in words.

    InputError where the newest lies in the future; TopicsError.
    """
    now = time.time_ns() // 1_000_000
    first, last = records[0], records[-1]
    assert first.time is not None
    assert last.time is not None
    if last.time > now:
        raise InputError(f"time: {to_text(last.time)} is in the future")
    # a day more, as the pricer is still to read them
    if not keep_as_old_as(settings, TOPICS[first.topic], now - first.time + DAY):
        return None
    return (
        f"{first.topic} keeps records of any age now (retention.ms=-1): these begin at "
        f"{to_text(first.time)}. Once the pricer has read them, set it back if you like"
    )
