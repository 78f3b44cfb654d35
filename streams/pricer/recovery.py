"""The state as it was: the newest snapshot, and the journal folded from there in silence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import NamedTuple

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from online_models.fold.fold import Fold
from online_models.fold.state import FoldSettings
from online_models.journal.outputs import Output
from online_models.persistence.plain import RestoreError
from online_models.persistence.versions import OLDEST, VERSION, VersionError
from schemas.records.quarantined import Quarantined
from streams.configuration.agreement import decoded as agreed
from streams.configuration.agreement import of_pricer, require_agreement
from streams.configuration.settings import Settings
from streams.journal import TOPIC as JOURNAL
from streams.journal import codec
from streams.kafka.clients import consumer
from streams.kafka.closing import STOP_SECONDS, within
from streams.kafka.consumer import Consumer
from streams.kafka.surroundings import surroundings
from streams.kafka.topic_end import stretches
from streams.pricer.journal_reader import LostError, journal_reader, stretch
from streams.pricer.snapshots import codec as snapshots
from streams.pricer.snapshots import store
from streams.pricer.snapshots.codec import SnapshotPart
from streams.quarantine.entries import TOPIC as QUARANTINE
from streams.quarantine.entries import Quarantine, decoded
from streams.quarantine.guard import Guard

logger = logging.getLogger(__name__)

#: What makes a state anew where Kafka's journal no longer can.
REBUILD = "stop all workers and run pricetide rebuild --from ARCHIVE"
#: The whole list is read: it is short.
EVERYTHING = 1 << 62
#: Fences the session that has a partition; returns whether it was another's.
FenceOwner = Callable[[str], Awaitable[bool]]


class Recovered(NamedTuple):
    """A fold, and the journal offset at which it goes on (`snapshot`: where it was loaded)."""

    fold: Fold
    position: int
    snapshot: int
    quarantine: Quarantine
    #: Entries that are not written down yet, and what is to be said of them: failed on the way.
    new: list[Quarantined]
    alerts: list[Output]


class Logs(NamedTuple):
    """What Kafka holds of a partition: up to where (exclusive) its journal is priced, what its
    snapshots' log says last, its quarantine, and the offsets [begin, end) of the journal.
    """

    committed: int
    saved: store.Found
    quarantine: Quarantine
    begin: int
    end: int


async def logs_of(settings: Settings, partition: int, fence: FenceOwner | None = None) -> Logs:
    """What Kafka holds of a partition; LostError where it is another app's, or was saved last by a
    later release. Who acts on it has started its publisher before, and gives its `fence`.
    """
    async with _RecoveryReaders(settings) as (reader, group):
        return await _read_logs(settings, partition, reader, group, fence)


async def recover(
    settings: Settings,
    partition: int,
    position: int | None = None,
    fence: FenceOwner | None = None,
) -> Recovered:
    """The state after the last committed journal record, or at `position` where whoever asks has
    the partition and has published everything before it; KafkaError where another went further.
    Else the publisher must have started before, and `fence` is its own.
    """
    journal, own = TopicPartition(JOURNAL, partition), settings.fold.of_partition(partition)
    async with _RecoveryReaders(settings) as (reader, group):
        logs = await _read_logs(settings, partition, reader, group, fence)
        saved = logs.saved
        committed = logs.committed if position is None else position
        start, fold = (
            (0, surroundings().fold(own))
            if saved.snapshot is None
            else _restored(own, saved.snapshot)
        )
        if start > committed and settings.delivery == "exactly-once":
            raise LostError(
                f"snapshot at {start}, beyond the position {committed} in {journal}: was the "
                "journal cut back, or are the snapshots those of another PRICETIDE_APP?"
            )
        if position is not None and start > position:
            # without a fence, who had the partition before may have gone on
            raise KafkaError(f"another worker has saved {journal} at {start}, beyond {position}")
        committed = max(committed, start)
        changed = require_agreement(
            settings, of_pricer(settings), agreed(saved.agreement), f"{store.TOPIC}-{partition}"
        )
        if changed and start < committed:
            raise LostError(
                f"{journal} was priced under other settings up to {committed}, and saved at {start}"
                " only: start with them once more, and stop cleanly, before you change them"
            )
        if start < min(logs.begin, committed):
            raise _cut_off(journal, start, logs.begin, saved.older)
        if logs.end < committed:
            raise LostError(
                f"{journal} ends at {logs.end}, but was priced up to {committed}: was it deleted "
                "and made anew? Then delete pricing-snapshots, too, and choose another "
                "PRICETIDE_APP"
            )
        if saved.older and not start:
            what = f"{_only(saved.older, partition)}: the state is made anew from the journal"
            logger.warning("%s", what)
        guard = Guard(fold, own, partition, logs.quarantine, copy=saved.snapshot)
        await _replay(reader, journal, guard, start, committed)
        return Recovered(guard.fold, committed, start, logs.quarantine, guard.new, guard.alerts)


class _RecoveryReaders:
    """A reader outside the group, and one that may ask for the group's offsets."""

    def __init__(self, settings: Settings) -> None:
        self._reader = journal_reader(settings)
        self._group = consumer(settings, enable_auto_commit=False, group_id=settings.app)

    async def __aenter__(self) -> tuple[Consumer, Consumer]:
        try:
            await asyncio.gather(self._reader.start(), self._group.start())
        except BaseException:
            await self.__aexit__()
            raise
        return self._reader, self._group

    async def __aexit__(self, *_: object) -> None:
        # aiokafka's stop can hang after a quick start
        both = self._reader, self._group
        await asyncio.gather(*[within(each.stop(), STOP_SECONDS) for each in both])


async def _read_logs(
    settings: Settings,
    partition: int,
    reader: Consumer,
    group: Consumer,
    fence: FenceOwner | None,
) -> Logs:
    """As `logs_of`; `reader` is left assigned to the journal, among others, and reads it alone."""
    journal = TopicPartition(JOURNAL, partition)
    # one assignment: a second one followed by a quick stop hangs aiokafka's fetcher
    listed = TopicPartition(QUARANTINE, partition)
    reader.assign([TopicPartition(store.TOPIC, partition), listed, journal])
    group_offset = await group.committed(journal) or 0
    reader.pause(journal, listed)
    saved = await _newest(reader, partition)
    if fence is not None and saved.owner is not None and await fence(saved.owner):
        saved = await _newest(reader, partition)  # with what it committed last
    if saved.app not in (None, settings.app):
        raise LostError(
            f"{journal} is priced by the app {saved.app!r}, and {settings.app!r} would publish "
            f"every change a second time. Set PRICETIDE_APP={saved.app}; or, where the other app "
            "has ended for good, delete pricing-snapshots"
        )
    reader.pause(TopicPartition(store.TOPIC, partition))
    reader.resume(listed)
    quarantine = await _listed(reader, listed)
    reader.pause(listed)
    reader.resume(journal)
    begin = (await reader.beginning_offsets([journal]))[journal]
    end = (await reader.end_offsets([journal]))[journal]
    # the group's offset lags while outputs are published, and leads where none are
    return Logs(max(group_offset, saved.position or 0), saved, quarantine, begin, end)


async def _newest(reader: Consumer, partition: int) -> store.Found:
    try:
        return await store.newest(reader, partition)
    except VersionError as error:
        raise LostError(
            f"{store.TOPIC}-{partition}: the newest snapshot is of {error}: start the release that "
            "wrote it, or a later one"
        ) from None


def _restored(own: FoldSettings, parts: list[SnapshotPart]) -> tuple[int, Fold]:
    """A fold in the state that was saved, and where it goes on."""
    offset = parts[0].offset
    try:
        return offset, surroundings().fold.restore(snapshots.decode(parts), own)
    except RestoreError as error:
        raise LostError(
            f"the snapshot at {offset} does not fit, at {error}: start with the settings that it "
            "was written under"
        ) from None


async def _listed(reader: Consumer, listed: TopicPartition) -> Quarantine:
    quarantine = Quarantine()
    async for records in stretches(reader, listed, EVERYTHING):
        async for record in records:
            if record.value is not None:
                quarantine.add(decoded(record.value))
    return quarantine


async def _replay(
    reader: Consumer, journal: TopicPartition, guard: Guard, start: int, end: int
) -> None:
    async for record in stretch(reader, journal, start, lambda: end):
        guard.step(record.offset, codec.decode(record.value, record.timestamp))
        await asyncio.sleep(0)  # the other partitions go on


def _cut_off(
    journal: TopicPartition, wanted: int, found: int, older: Collection[int] = ()
) -> LostError:
    if older and not wanted:
        return LostError(
            f"{_only(older, journal.partition)}; the journal before {found}, from which the state "
            "could be made anew, is gone: let a release that reads them start and stop cleanly, or "
            f"{REBUILD}"
        )
    return LostError(
        f"{journal} has no record {wanted} any more (next is {found}): its retention is shorter "
        f"than the age of the newest snapshot; where the journal is archived, {REBUILD}"
    )


def _only(older: Collection[int], partition: int) -> str:
    versions = " and ".join(map(str, sorted(older)))
    return (
        f"{store.TOPIC}-{partition} has snapshots of version {versions} only, and this release "
        f"reads {OLDEST} to {VERSION}"
    )
