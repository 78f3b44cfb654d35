"""The state anew from an archived journal, as a snapshot that a worker starts from."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

from aiokafka import TopicPartition

from streams.archive import segments
from streams.archive.error import ArchiveError
from streams.archive.store import ArchiveStore
from streams.configuration.settings import Settings
from streams.ingest.routing import Router
from streams.journal import TOPIC, codec
from streams.kafka.admin import reach
from streams.kafka.clients import client, names
from streams.kafka.surroundings import monotonic, surroundings
from streams.pricer.publisher import Publisher
from streams.pricer.recovery import Logs, logs_of
from streams.pricer.sessions import Sessions
from streams.pricer.snapshots import codec as snapshots
from streams.quarantine.guard import Guard

#: Of partition, records folded so far, and records in all.
Progress = Callable[[int, int, int], None]


#: A worker's session (`streams.kafka.app`) and some more.
SESSION_SECONDS = 8.0


class Rebuilt(NamedTuple):
    """A partition's state: up to which offset of the journal (exclusive), and offers in it."""

    partition: int
    offset: int
    offers: int


def require_partitions(settings: Settings) -> None:
    """ArchiveError where the journal has another number of partitions than the settings say: the
    state of each depends on it.
    """
    journal = names(settings).outer(TOPIC)
    admin = reach(client(settings))
    try:
        (found,) = admin.describe_topics([journal])
    finally:
        admin.close()
    if found["error_code"]:
        raise ArchiveError(f"there is no topic {journal}, whose state could be made anew")
    number = len(found["partitions"])
    if number != settings.partitions:
        raise ArchiveError(
            f"{journal} has {number} partitions, and the setting partitions is"
            f" {settings.partitions}: say --partitions {number}"
        )


def require_stopped(settings: Settings) -> None:
    """ArchiveError where a worker of the app runs: it would be fenced, and its state replaced.

    One that was killed is a member of its group until its session ends, which is waited for.
    """
    admin = reach(client(settings))
    try:
        deadline = monotonic() + SESSION_SECONDS
        while members := admin.describe_groups([settings.app])[settings.app]["members"]:
            if monotonic() > deadline:
                raise ArchiveError(
                    f"workers of {settings.app} that run: {len(members)}. Stop them first, they"
                    " would be fenced"
                )
            time.sleep(0.5)
    finally:
        admin.close()


async def rebuild(
    settings: Settings, files: ArchiveStore, partition: int, progress: Progress, *, write: bool
) -> Rebuilt | None:
    """Fold a partition's archived journal as far as its outputs are published, in silence, and
    write the state as its newest snapshot. None where nothing of it was ever priced.

    ArchiveError where the archive does not begin with the journal, or ends before Kafka's begins;
    LostError where the partition is another app's, or its newest snapshot of a later release.
    """
    if not write:
        return await _rebuilt(settings, files, partition, progress, None)
    sessions = Sessions(settings)
    publisher = Publisher(settings, partition, Router(settings.partitions), sessions)
    await publisher.start()
    try:
        return await _rebuilt(settings, files, partition, progress, publisher)
    finally:
        await publisher.stop()
        await sessions.stop()


async def _rebuilt(
    settings: Settings,
    files: ArchiveStore,
    partition: int,
    progress: Progress,
    publisher: Publisher | None,
) -> Rebuilt | None:
    fence = None if publisher is None else publisher.fence_owner
    logs = await logs_of(settings, partition, fence)
    if not logs.committed:
        return None
    whole = segments.segments(files, partition)
    stop = _joint(TopicPartition(TOPIC, partition), whole, logs)
    own = settings.fold.of_partition(partition)
    guard = Guard(surroundings().fold(own), own, partition, logs.quarantine)
    for record in segments.records(files, whole):
        if record.offset >= stop:
            break
        guard.step(record.offset, codec.decode(record.value, record.timestamp))
        progress(partition, record.offset + 1, stop)
    if publisher is not None:
        publisher.send_quarantined(guard.new)
        await publisher.commit(logs.committed)
        await publisher.let_go(snapshots.encode(guard.fold.snapshot(), stop), logs.committed)
    return Rebuilt(partition, stop, guard.fold.state.catalogue.offers.size)


def _joint(place: TopicPartition, whole: list[segments.Segment], logs: Logs) -> int:
    """Up to which offset (exclusive) the archive is folded: Kafka's journal goes on from there."""
    name = f"{place.topic}-{place.partition}"
    if not whole or whole[0].first > 0:
        first = f"begins at {whole[0].first}, not at 0" if whole else "is empty"
        raise ArchiveError(f"the archive of {name} {first}: nothing can be made anew from it")
    end = whole[-1].last + 1
    if end < min(logs.begin, logs.committed):
        raise ArchiveError(
            f"the archive of {name} ends at {end}, and the journal in Kafka begins at {logs.begin}:"
            " what lies between is missing"
        )
    return min(end, logs.committed)
