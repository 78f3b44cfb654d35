"""The journal into an archive, on and on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import NamedTuple

from aiokafka import ConsumerRecord, TopicPartition

from streams.archive import segments
from streams.archive.error import ArchiveError
from streams.archive.segments import ArchivedRecord, Segment
from streams.archive.store import ArchiveStore
from streams.configuration.settings import Settings
from streams.journal import TOPIC
from streams.kafka.closing import STOP_SECONDS, within
from streams.kafka.consumer import Consumer
from streams.kafka.surroundings import monotonic
from streams.pricer.journal_reader import journal_reader
from streams.recording.recorder import partition_counts

#: A segment is written once so many seconds have passed since its first record, or it has so many
#: bytes: some hundred files a day and partition, and what is not archived yet is in Kafka.
LONGEST_SECONDS = 300.0
LARGEST_BYTES = 32 << 20
WAIT_MS = 200


class WriteCounts(NamedTuple):
    """Records and files written."""

    records: int = 0
    files: int = 0


class _Filling:
    """The segment of a partition that is being filled; `last` is the archive's last record."""

    def __init__(self, last: ArchivedRecord | None) -> None:
        self._last = last
        self._begun = 0.0
        self.records: list[ArchivedRecord] = []
        self.size = 0

    def add(self, place: TopicPartition, record: ArchivedRecord) -> None:
        """The record after the last, or the last once more, which must be what it was."""
        if self._last is not None and record.offset == self._last.offset:
            if record != self._last:
                raise _other(place, record.offset)
            return
        if self._last is not None and record.offset != self._last.offset + 1:
            raise ArchiveError(f"{place.topic}-{place.partition} has a hole before {record.offset}")
        if not self.records:
            self._begun = monotonic()
        self._last = record
        self.records.append(record)
        self.size += len(record.value)

    @property
    def due(self) -> bool:
        """Whether it is to be written."""
        late = monotonic() - self._begun >= LONGEST_SECONDS
        return bool(self.records) and (late or self.size >= LARGEST_BYTES)

    def clear(self) -> None:
        """It is written."""
        self.records, self.size = [], 0


def _other(place: TopicPartition, offset: int) -> ArchiveError:
    return ArchiveError(
        f"record {offset} of {place.topic}-{place.partition} is not what the archive has: it is"
        " the archive of another journal. Archive to another place"
    )


class Archiver:
    """Writes each partition's journal to a store, from where its segments end."""

    def __init__(
        self, settings: Settings, files: ArchiveStore, report: Callable[[Segment], None]
    ) -> None:
        """`report` is given every segment that is written."""
        self.counts = WriteCounts()
        self._settings = settings
        self._files = files
        self._report = report
        self._filling: dict[int, _Filling] = {}

    async def run(self, stop: asyncio.Event, *, follow: bool) -> None:
        """Archive up to the present end, or with `follow` until `stop` is set.

        ArchiveError where the archive and the journal do not join; RecordingError, TopicsError or
        KafkaError where Kafka cannot be read.
        """
        number = partition_counts(self._settings, [TOPIC])[TOPIC]
        places = [TopicPartition(TOPIC, partition) for partition in range(number)]
        reader = journal_reader(self._settings)
        try:
            await reader.start()
            reader.assign(places)
            ends = await reader.end_offsets(places)
            await self._seek(reader, places, ends)
            while not stop.is_set():
                self._take(await reader.getmany(*places, timeout_ms=WAIT_MS))
                self._flush(only_due=True)
                reached = [await reader.position(each) >= ends[each] for each in places]
                if all(reached) and not follow:
                    break
            self._flush(only_due=False)
        finally:
            # aiokafka's stop can hang after a quick start
            await within(reader.stop(), STOP_SECONDS)

    async def _seek(
        self, reader: Consumer, places: list[TopicPartition], ends: Mapping[TopicPartition, int]
    ) -> None:
        begins = await reader.beginning_offsets(places)
        for place in places:
            known = segments.segments(self._files, place.partition)
            last = segments.read(self._files, known[-1])[-1] if known else None
            self._filling[place.partition] = _Filling(last)
            if last is None:
                reader.seek(place, begins[place])
                continue
            if last.offset + 1 < begins[place]:
                raise ArchiveError(
                    f"{TOPIC}-{place.partition} begins at {begins[place]}, and the archive ends at"
                    f" {last.offset}: what lies between is lost. Archive to another place"
                )
            if last.offset >= ends[place]:
                raise _other(place, last.offset)
            reader.seek(place, max(last.offset, begins[place]))

    def _take(self, batches: Mapping[TopicPartition, list[ConsumerRecord]]) -> None:
        for place, found in batches.items():
            filling = self._filling[place.partition]
            for record in found:
                headers = tuple((name, bytes(value)) for name, value in record.headers)
                filling.add(
                    place, ArchivedRecord(record.offset, record.timestamp, record.value, headers)
                )
                if filling.size >= LARGEST_BYTES:
                    self._flush(only_due=True)

    def _flush(self, *, only_due: bool) -> None:
        for partition, filling in self._filling.items():
            if not filling.records or (only_due and not filling.due):
                continue
            segment = segments.write(self._files, partition, filling.records)
            records, files = self.counts
            self.counts = WriteCounts(records + len(filling.records), files + 1)
            filling.clear()
            self._report(segment)
