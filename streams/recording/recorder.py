"""Read topics from Kafka into a recording."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from aiokafka import ConsumerRecord, TopicPartition
from kafka.errors import for_code

from streams.configuration.settings import Settings
from streams.formats.reading import readable
from streams.kafka.admin import reach
from streams.kafka.clients import client, consumer, names
from streams.kafka.consumer import Consumer
from streams.recording.entry import Entry, RecordingError
from streams.recording.merge import Merge
from streams.recording.writer import RecordingWriter

#: A partition that is so many entries ahead of the others waits for them.
FURTHEST_AHEAD = 20_000
MOST_AT_ONCE = 5_000
WAIT_MS = 200
#: In step with the largest messages of the topics.
FETCH_BYTES = 8 << 20
FLUSH_SECONDS = 1.0

Progress = Callable[[int, int], None]
"""Called with (offsets passed so far, offsets in all up to the end at the start)."""


class Recorder:
    """Reads what is committed in topics, from their beginning or from a time on.

    Parameters
    ----------
    settings
        Which Kafka, and what its topics are called.
    topics
        Their names.
    writer
        Where the entries go.
    progress
        Told how far it is.
    since
        Topics of which older records are left out, and the first timestamp (ms) that counts.
        Within a partition all counts that comes after the first such record; Kafka takes the mark
        of a transaction for one, too, and marks bear the time at which they were written.
    """

    def __init__(
        self,
        settings: Settings,
        topics: Sequence[str],
        writer: RecordingWriter,
        progress: Progress,
        since: Mapping[str, int] | None = None,
    ) -> None:
        self._since = since or {}
        self._settings = settings
        self._writer = writer
        self._progress = progress
        self._partitions = [
            TopicPartition(topic, number)
            for topic, count in partition_counts(settings, topics).items()
            for number in range(count)
        ]
        for topic in topics:
            writer.open(topic)

    async def run(self, *, follow: bool, stop: asyncio.Event) -> bool:
        """Record up to the present end, or with `follow` until `stop` is set.

        Returns whether the present end was reached.
        """
        reader = consumer(
            self._settings,
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_partition_fetch_bytes=FETCH_BYTES,
        )
        try:
            await readable(self._settings, reader).start()
            reader.assign(self._partitions)
            ends = await reader.end_offsets(self._partitions)
            reached = await self._to_ends(reader, ends, stop)
            if reached and follow:
                await self._follow(reader, ends, stop)
            return reached
        finally:
            await reader.stop()

    async def _to_ends(
        self, reader: Consumer, ends: Mapping[TopicPartition, int], stop: asyncio.Event
    ) -> bool:
        begins = await self._begins(reader, ends)
        topics: dict[str, list[int]] = {}
        for each in self._partitions:
            topics.setdefault(each.topic, []).append(each.partition)
        merges = {topic: Merge(numbers) for topic, numbers in topics.items()}
        pending = {each for each in self._partitions if begins[each] < ends[each]}
        for each in self._partitions:
            if each not in pending:
                merges[each.topic].end(each.partition)
        total = sum(ends[each] - begins[each] for each in pending)
        positions = {each: begins[each] for each in pending}
        while pending and not stop.is_set():
            batches = await reader.getmany(timeout_ms=WAIT_MS, max_records=MOST_AT_ONCE)
            for each, batch in batches.items():
                merge = merges[each.topic]
                merge.add(each.partition, map(as_entry, _before(batch, ends[each])))
                if merge.backlog(each.partition) > FURTHEST_AHEAD:
                    reader.pause(each)
            for each in list(pending):
                # Passes over the marks of transactions and what compaction left out, too.
                positions[each] = min(await reader.position(each), ends[each])
                if positions[each] == ends[each]:
                    pending.remove(each)
                    merges[each.topic].end(each.partition)
            for merge in merges.values():
                for entry in merge.ready():
                    self._writer.write(entry)
            for each in reader.paused():
                if merges[each.topic].backlog(each.partition) <= FURTHEST_AHEAD:
                    reader.resume(each)
            self._progress(sum(positions.values()) - sum(begins[each] for each in positions), total)
        return not pending

    async def _begins(
        self, reader: Consumer, ends: Mapping[TopicPartition, int]
    ) -> dict[TopicPartition, int]:
        """Offsets to begin at; the consumer is put there."""
        begins: dict[TopicPartition, int] = await reader.beginning_offsets(self._partitions)
        late = {p: self._since[p.topic] for p in self._partitions if p.topic in self._since}
        if late:
            for each, found in (await reader.offsets_for_times(late)).items():
                begins[each] = ends[each] if found is None else min(found.offset, ends[each])
        for each, begin in begins.items():
            reader.seek(each, begin)
        return begins

    async def _follow(
        self, reader: Consumer, ends: Mapping[TopicPartition, int], stop: asyncio.Event
    ) -> None:
        for each in self._partitions:
            # What came along from beyond the end was left out there.
            if await reader.position(each) > ends[each]:
                reader.seek(each, ends[each])
        flushed = time.monotonic()
        while not stop.is_set():
            batches = await reader.getmany(timeout_ms=WAIT_MS, max_records=MOST_AT_ONCE)
            for batch in batches.values():
                for record in batch:
                    self._writer.write(as_entry(record))
            if time.monotonic() - flushed > FLUSH_SECONDS:
                self._writer.flush()
                flushed = time.monotonic()


def partition_counts(settings: Settings, topics: Sequence[str]) -> dict[str, int]:
    """Return the number of partitions of each topic.

    Raises
    ------
    RecordingError
        There is no such topic, or it may not be read.
    TopicsError
        No Kafka answers.
    """
    called = names(settings)
    admin = reach(client(settings))
    try:
        described = admin.describe_topics(list(map(called.outer, topics)))
    finally:
        admin.close()
    for topic in described:
        if topic["error_code"]:
            reason = for_code(topic["error_code"]).__name__
            raise RecordingError(f"topic {topic['name']} cannot be read: {reason}")
    return {called.inner(topic["name"]): len(topic["partitions"]) for topic in described}


def _before(batch: list[ConsumerRecord], end: int) -> list[ConsumerRecord]:
    if batch and batch[-1].offset >= end:
        return [record for record in batch if record.offset < end]
    return batch


def as_entry(record: ConsumerRecord) -> Entry:
    """A record as recordings hold it."""
    return Entry(
        record.topic,
        record.partition,
        record.offset,
        record.key,
        record.value,
        record.timestamp,
        record.headers,
    )
