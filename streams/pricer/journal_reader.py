"""A stretch of the journal, read beside the stream that workers share."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable

from aiokafka import ConsumerRecord, TopicPartition

from streams.configuration.settings import Settings
from streams.errors import ExpectedError
from streams.journal import TOPIC as JOURNAL
from streams.kafka.clients import consumer
from streams.kafka.closing import STOP_SECONDS, within
from streams.kafka.consumer import Consumer

POLL_MS = 200


class LostError(ExpectedError):
    """The journal or the snapshots contradict each other: going on would make prices up."""


def journal_reader(settings: Settings) -> Consumer:
    """A consumer of what is committed, outside the worker's group; not started yet."""
    return consumer(
        settings,
        enable_auto_commit=False,
        group_id=None,
        isolation_level="read_committed",
        fetch_max_wait_ms=20,
        max_partition_fetch_bytes=8 << 20,
    )


async def stretch(
    reader: Consumer, journal: TopicPartition, start: int, end: Callable[[], int]
) -> AsyncGenerator[ConsumerRecord, None]:
    """The journal's records from offset `start` to below `end`, which is asked again as it goes.

    Raises
    ------
    LostError
        A record is not there.
    """
    position = start
    if position >= end():
        return
    reader.seek(journal, position)
    while position < end():
        for record in (await reader.getmany(journal, timeout_ms=POLL_MS)).get(journal, []):
            if record.offset >= end():
                return
            if record.offset != position:
                raise LostError(
                    f"{journal} has no record {position} any more (next is {record.offset}): its"
                    " retention is shorter than the age of the newest snapshot, or somebody else"
                    " wrote to it in a transaction"
                )
            yield record
            position += 1


async def missing(
    settings: Settings, partition: int, start: int, end: Callable[[], int]
) -> AsyncGenerator[ConsumerRecord, None]:
    """A `stretch` that the worker's own stream has passed over."""
    journal = TopicPartition(JOURNAL, partition)
    reader = journal_reader(settings)
    await reader.start()
    try:
        reader.assign([journal])
        async for record in stretch(reader, journal, start, end):
            yield record
    finally:
        # aiokafka's stop can hang after a quick start
        await within(reader.stop(), STOP_SECONDS)
