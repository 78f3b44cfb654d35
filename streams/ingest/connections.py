"""The clients through which ingest reads and writes."""

from __future__ import annotations

from streams.configuration.settings import Settings
from streams.ingest.hot import WAITING
from streams.ingest.parsed import hand_on_parsed
from streams.kafka.clients import (
    BATCH,
    FETCH_WAIT_MS,
    LARGEST_REQUEST,
    consumer,
    names,
    producer,
)
from streams.kafka.consumer import Consumer
from streams.kafka.fetch_pacing import unhurried
from streams.kafka.producer import Producer

#: ms after which a topic that is made anew, or gets more partitions, is noticed.
TOPICS_MS = 5000


def journal_producer(settings: Settings) -> Producer:
    """Writes each record once, in order."""
    return producer(
        settings,
        enable_idempotence=True,
        linger_ms=0,
        max_batch_size=BATCH,
        max_request_size=LARGEST_REQUEST,
    )


def input_consumer(settings: Settings) -> Consumer:
    """Reads what is committed, for the group of all ingests of the app."""
    group = f"{settings.app}-ingest"
    return consumer(
        settings,
        group_id=group,
        group_instance_id=f"{group}-{settings.instance}" if settings.instance else None,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=FETCH_WAIT_MS,
        max_partition_fetch_bytes=1 << 20,
        session_timeout_ms=6000,
        heartbeat_interval_ms=1000,
        metadata_max_age_ms=TOPICS_MS,
        check_crcs=False,
    )


async def start_reading(reader: Consumer, settings: Settings) -> None:
    """Connect; bare records come from now on, and orders and clicks less often than others."""
    await reader.start()
    hand_on_parsed(reader)
    unhurried(reader, map(names(settings).outer, WAITING))
