"""The state as it was: the newest snapshot, and the journal folded from there in silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition

from online_models.fold.fold import Fold
from online_models.persistence.versions import OLDEST, VERSION, VersionError
from streams.configuration.settings import Settings
from streams.journal import TOPIC as JOURNAL
from streams.journal import codec
from streams.kafka.clients import client
from streams.pricer.snapshots import store

logger = logging.getLogger(__name__)

#: aiokafka's stop can hang after a quick start; what it would tidy up dies with the connection.
STOP_SECONDS = 2.0


class LostError(RuntimeError):
    """The journal or the snapshots contradict each other: going on would make prices up."""


class Recovered(NamedTuple):
    """A fold, and the journal offset at which it goes on (`snapshot`: where it was loaded)."""

    fold: Fold
    position: int
    snapshot: int


async def recover(settings: Settings, partition: int) -> Recovered:
    """The state after the last committed journal record. The publisher must have fenced before."""
    journal = TopicPartition(JOURNAL, partition)
    options = client(settings) | {"enable_auto_commit": False}
    reader = AIOKafkaConsumer(
        **options,
        group_id=None,
        isolation_level="read_committed",
        fetch_max_wait_ms=20,
        max_partition_fetch_bytes=8 << 20,
    )
    group = AIOKafkaConsumer(**options, group_id=settings.app)
    await asyncio.gather(reader.start(), group.start())
    try:
        # one assignment: a second one followed by a quick stop hangs aiokafka's fetcher
        reader.assign([TopicPartition(store.TOPIC, partition), journal])
        told = await group.committed(journal) or 0
        reader.pause(journal)
        done, found, older = await _newest(reader, partition)
        # the group's offset lags while outputs are published, and leads where none are
        committed = max(told, done or 0)
        reader.pause(TopicPartition(store.TOPIC, partition))
        reader.resume(journal)
        start, fold = 0, Fold(settings.fold)
        if found is not None:
            start, fold = found[0], Fold.restore(found[1], settings.fold)
        if start > committed and settings.delivery == "exactly-once":
            raise LostError(
                f"snapshot at {start}, beyond the position {committed} in {journal}: was the "
                "journal cut back, or are the snapshots those of another PRICETIDE_APP?"
            )
        committed = max(committed, start)
        begin = (await reader.beginning_offsets([journal]))[journal]
        if start < min(begin, committed):
            raise _cut_off(journal, start, begin, older)
        await _replay(reader, journal, fold, start, committed)
        return Recovered(fold, committed, start)
    finally:
        stops = [asyncio.ensure_future(reader.stop()), asyncio.ensure_future(group.stop())]
        await asyncio.wait(stops, timeout=STOP_SECONDS)


async def _newest(reader: AIOKafkaConsumer, partition: int) -> store.Found:
    try:
        return await store.newest(reader, partition)
    except VersionError as error:
        raise LostError(
            f"{store.TOPIC}-{partition}: the newest snapshot is of {error}: start the release that "
            "wrote it, or a later one"
        ) from None


async def _replay(
    reader: AIOKafkaConsumer, journal: TopicPartition, fold: Fold, start: int, end: int
) -> None:
    if start >= end:
        return
    reader.seek(journal, start)
    position = start
    while position < end:
        for record in (await reader.getmany(journal, timeout_ms=200)).get(journal, []):
            if record.offset >= end:
                break
            if record.offset != position:
                raise _cut_off(journal, position, record.offset)
            fold.step(codec.decode(record.value))
            position += 1


def _cut_off(
    journal: TopicPartition, wanted: int, found: int, older: Collection[int] = ()
) -> LostError:
    if older and not wanted:
        versions = " and ".join(map(str, sorted(older)))
        return LostError(
            f"{store.TOPIC}-{journal.partition} has snapshots of version {versions} only, and this "
            f"release reads {OLDEST} to {VERSION}; the journal before {found}, from which the "
            "state could be made anew, is gone: start a release that reads them first, and let it "
            "stop cleanly"
        )
    return LostError(
        f"{journal} has no record {wanted} any more (next is {found}): "
        "its retention is shorter than the age of the newest snapshot"
    )
