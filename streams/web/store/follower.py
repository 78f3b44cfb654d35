"""From the topics to the store, on and on; it goes on where the store says that it was."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from kafka.errors import KafkaError as AdminError
from sqlalchemy import Engine, select

from streams.configuration.settings import Settings
from streams.formats.intake import InputFormats
from streams.kafka.admin import TopicsError, reach
from streams.kafka.clients import client, consumer, names
from streams.kafka.consumer import Consumer
from streams.kafka.kafka_record import may_be_flawed
from streams.recording.entry import RecordingError
from streams.web.background import in_background
from streams.web.store.database import forget_followed, writing
from streams.web.store.intake.record import Taken
from streams.web.store.intake.take import TOPICS, take
from streams.web.store.progress import Progress
from streams.web.store.retention import trim
from streams.web.store.tables.shop import positions

logger = logging.getLogger(__name__)

WAIT_MS = 200
#: Records that one transaction takes in: they, and the rows made of them, are memory.
MOST_AT_ONCE = 2_000
#: Bytes of a topic's partition that are on their way, and of all: they are memory.
FETCH_BYTES = 1 << 20
FETCH_MOST_BYTES = 4 << 20
#: How often Kafka is asked how far it is, and how long it may take to answer.
ASK_SECONDS = 1.0
PATIENCE_SECONDS = 2.5
TRIM_SECONDS = 300.0
AGAIN_SECONDS = 1.0

Place = tuple[str, int]


class Follower:
    """Follows what is committed, from the beginning of every topic."""

    def __init__(self, settings: Settings, store: Engine, progress: Progress) -> None:
        self._settings = settings
        self._store = store
        self._progress = progress
        self._ids: dict[str, str] = {}
        self._intake = InputFormats(settings.topics)

    async def run(self) -> None:
        """Follow until cancelled; RecordingError where a topic is missing."""
        while True:
            try:
                await self._follow()
            except (KafkaError, AdminError, TopicsError, OSError) as error:
                self._progress.lost()
                logger.warning("Kafka does not answer: %s", error)
                await asyncio.sleep(AGAIN_SECONDS)

    async def _follow(self) -> None:
        counts = await asyncio.to_thread(self._describe)
        places = [TopicPartition(topic, n) for topic, count in counts.items() for n in range(count)]
        reader = consumer(
            self._settings,
            group_id=None,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            enable_auto_commit=False,
            max_partition_fetch_bytes=FETCH_BYTES,
            fetch_max_bytes=FETCH_MOST_BYTES,
            request_timeout_ms=10_000,
        )
        try:
            await reader.start()
            reader.assign(places)
            held = await asyncio.to_thread(self._positions)
            begins = await reader.beginning_offsets(places)
            for place in places:
                at = held.get((place.topic, place.partition), 0)
                reader.seek(place, max(at, begins[place]))
            asking = asyncio.create_task(self._watch(reader, places))
            try:
                await self._read(reader, asking)
            finally:
                asking.cancel()
        finally:
            await reader.stop()

    async def _read(self, reader: Consumer, asking: asyncio.Task[None]) -> None:
        loop = asyncio.get_running_loop()
        trim_at = loop.time() + TRIM_SECONDS
        while True:
            if asking.done():
                asking.result()
            fetched = await reader.getmany(timeout_ms=WAIT_MS, max_records=MOST_AT_ONCE)
            if fetched:
                await in_background(self._take, fetched)
                self._progress.rounds += 1
            if loop.time() >= trim_at:
                await in_background(trim, self._store)
                trim_at = loop.time() + TRIM_SECONDS

    def _take(self, fetched: dict[TopicPartition, list[Any]]) -> None:
        records: list[Taken] = []
        ends: dict[Place, int] = {}
        for place, batch in fetched.items():
            ends[place.topic, place.partition] = batch[-1].offset + 1
            for each in self._intake.convert(place.topic, batch):
                if may_be_flawed(type(each)):
                    continue  # ingest buries it, and says why
                taken = each.offset, each.key, each.value, each.timestamp
                headers = getattr(each, "headers", ())
                records.append(Taken(place.topic, place.partition, *taken, headers))
        take(self._store, records, ends, self._ids)

    async def _watch(self, reader: Consumer, places: list[TopicPartition]) -> None:
        """Ask Kafka how far it is; the answer says, too, that it is there."""
        while True:
            try:
                ends = await asyncio.wait_for(reader.end_offsets(places), PATIENCE_SECONDS)
                lags: dict[str, int] = {}
                for place, end in ends.items():
                    at = await asyncio.wait_for(reader.position(place), PATIENCE_SECONDS)
                    lags[place.topic] = lags.get(place.topic, 0) + max(0, end - at)
                self._progress.measured(lags)
            except (KafkaError, TimeoutError):
                self._progress.lost()
            await asyncio.sleep(ASK_SECONDS)

    def _describe(self) -> dict[str, int]:
        """The partitions of every topic; a store that followed others of these names is emptied."""
        called = names(self._settings)
        admin = reach(client(self._settings))
        try:
            described = admin.describe_topics(list(map(called.outer, TOPICS)))
        finally:
            admin.close()
        missing = [topic["name"] for topic in described if topic["error_code"]]
        if missing:
            raise RecordingError(f"there is no topic {', '.join(missing)}")
        self._ids = {
            called.inner(topic["name"]): str(topic.get("topic_id") or "") for topic in described
        }
        with writing(self._store).begin() as connection:
            held = connection.execute(select(positions.c.topic, positions.c.topic_id)).all()
            if any(self._ids.get(topic) != topic_id for topic, topic_id in held):
                logger.warning("the topics were made anew: the store begins again")
                forget_followed(connection)
        return {called.inner(topic["name"]): len(topic["partitions"]) for topic in described}

    def _positions(self) -> dict[Place, int]:
        with self._store.connect() as connection:
            rows = connection.execute(
                select(positions.c.topic, positions.c.partition, positions.c.offset)
            )
            return {(topic, partition): offset for topic, partition, offset in rows}
