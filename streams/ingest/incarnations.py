"""Topics that were deleted and made anew under their old name: their offsets begin at 0 again."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from kafka import KafkaAdminClient
from kafka.errors import KafkaError as AdminError

from online_models.journal.batch import SourcePartition
from streams.configuration.settings import Settings
from streams.ingest.unread import Gaps, compare
from streams.kafka.admin import TopicsError
from streams.kafka.clients import client, names
from streams.kafka.consumer import Consumer
from streams.kafka.kafka_record import Parsed
from streams.kafka.surroundings import monotonic, surroundings

logger = logging.getLogger(__name__)

#: Characters of Kafka's id by which a topic is known from others of its name.
ID_LENGTH = 8
#: Follows the id in a commit of a partition whose source was the topic's name alone when ids were
#: not looked at yet: it stays so.
_BARE = " bare"
#: The offset that Kafka gives of a partition without a commit.
_NONE = -1
#: Seconds between questions, and where a topic is gone that is read.
_ASK_SECONDS, _GONE_SECONDS = 2.0, 0.2


class _Source(NamedTuple):
    """A partition as the journal names it, and the topic's id when it was taken."""

    name: SourcePartition
    topic_id: str


class Incarnations:
    """Names each partition's source after its topic and the topic's id.

    The fold skips what is at or below the highest offset of a source: under one name the records
    of a new topic would be taken for repetitions of those of the old one. So partitions are read by
    their topics' ids, too, where Kafka can do so: no record is of another topic than its source.
    """

    def __init__(self, settings: Settings, topics: Collection[str]) -> None:
        self._settings = settings
        self._names = names(settings)
        self._topics = sorted(topics)
        self._admin: KafkaAdminClient | None = None
        self._in_use = threading.Lock()
        self._ids: dict[str, str] = {}
        self._sources: dict[TopicPartition, _Source] = {}
        self.gaps = Gaps()
        #: The offset behind what was read last.
        self._next: dict[TopicPartition, int] = {}
        self._asking: asyncio.Task[None] | None = None
        self._ask_at = 0.0

    async def look(self) -> None:
        """Ask Kafka for the topics' ids; KafkaError where it does not answer."""
        try:
            self._ids = await surroundings().in_thread(self._ask)
        except (AdminError, TopicsError, OSError) as error:
            self.close()
            raise KafkaError(f"the topics' ids: {error}") from error

    def topic_id(self, topic: str) -> str:
        """A topic's id as it was found last; empty where Kafka gives none."""
        return _short(self._ids.get(topic, ""))

    def _ask(self) -> dict[str, str]:
        with self._in_use:
            admin = self._admin
            if admin is None:
                admin = self._admin = surroundings().admin(client(self._settings))
            found = admin.describe_topics(list(map(self._names.outer, self._topics)))
        return {
            self._names.inner(each["name"]): _hex(each.get("topic_id"))
            for each in found
            if not each["error_code"]
        }

    def take(self, place: TopicPartition, committed: str | None) -> bool:
        """Name the source of a partition that is read from now on; `committed` is what the last
        commit of its offset says, None where there is none.

        Returns whether it is another topic than before: that offset means nothing then.
        """
        topic_id = self._ids.get(place.topic, "")
        then, bare = (committed or "").removesuffix(_BARE), committed is not None
        if committed:
            bare = committed.endswith(_BARE)
        before = self._sources.get(place)
        last = then or (before.topic_id if before else "")
        gone = bool(last and topic_id and _short(last) != _short(topic_id))
        named = bool(topic_id) and (gone or not bare)
        topic = f"{place.topic}@{_short(topic_id)}" if named else place.topic
        self._sources[place] = _Source(SourcePartition(topic, place.partition), topic_id)
        self._next.pop(place, None)
        return gone

    async def assign(
        self, consumer: Consumer, places: Collection[TopicPartition]
    ) -> dict[TopicPartition, int]:
        """Name the sources of partitions that `consumer` has been given; it is put where to read
        on. Returns the commits from which it does. KafkaError where Kafka does not answer.
        """
        await self.look()
        called = self._names
        commits = await consumer._coordinator.fetch_committed_offsets(
            list(map(called.to_kafka, places))
        )
        found = {called.from_kafka(place): commit for place, commit in commits.items()}
        go_on: dict[TopicPartition, int] = {}
        anew: list[TopicPartition] = []
        for place in sorted(places):
            at, says = found.get(place, (_NONE, ""))
            if self.take(place, None if at == _NONE else says):
                anew.append(place)
            elif at != _NONE:
                go_on[place] = at
        self._read_by_id(consumer, places)
        for place in anew:
            await self._read_from_begin(consumer, place)
        begins = await consumer.beginning_offsets(list(go_on))
        compare(go_on, begins, await consumer.end_offsets(list(go_on)))
        return go_on

    def _read_by_id(self, consumer: Consumer, places: Collection[TopicPartition]) -> None:
        """Read what was taken of these partitions, and what may come under its name later not."""
        taken = {tp: source for tp in places if (source := self._sources.get(tp)) is not None}
        consumer.read_by_id(
            {tp: UUID(each.topic_id) for tp, each in taken.items() if each.topic_id}
        )

    def made_anew(self, consumer: Consumer) -> list[TopicPartition]:
        """Those of a consumer's partitions whose topic is another than when they were taken, as far
        as is known; what is known is at most some seconds old.
        """
        gone = bool(consumer.gone())
        if gone:
            self._ask_at = min(self._ask_at, monotonic() + _GONE_SECONDS)
        if self._asking is None and monotonic() >= self._ask_at:
            self._asking = asyncio.create_task(self.look())
        if self._asking is None or not self._asking.done():
            return []
        failed, self._asking = self._asking.exception(), None
        self._ask_at = monotonic() + _ASK_SECONDS
        if failed is not None:
            return []  # who reads and writes notices whether Kafka is away
        if gone:
            # a broker that is behind knows a new topic by its name alone
            self._read_by_id(consumer, consumer.assignment())
        return self._others(consumer.assignment())

    async def look_again(
        self, fetched: Mapping[TopicPartition, Sequence[Parsed]]
    ) -> list[TopicPartition]:
        """Those of the partitions that were read whose records are of another topic than was known:
        asked where the first records come, and where offsets go back. KafkaError.
        """
        doubtful = [
            place
            for place, records in fetched.items()
            if place not in self._next or records[0].offset < self._next[place]
        ]
        anew: list[TopicPartition] = []
        if doubtful:
            if self._asking is not None:
                await asyncio.wait([self._asking])
            await self.look()
            anew = self._others(doubtful)
        for place, records in fetched.items():
            if place in self._next and place not in anew:
                self.gaps.note(place, self._next[place], records[0].offset)
        self._next |= {place: records[-1].offset + 1 for place, records in fetched.items()}
        return anew

    def _others(self, places: Collection[TopicPartition]) -> list[TopicPartition]:
        return [
            place
            for place in sorted(places)
            if (taken := self._sources.get(place)) is not None
            and self._ids.get(place.topic, taken.topic_id) != taken.topic_id
        ]

    async def begin_anew(self, consumer: Consumer, places: Collection[TopicPartition]) -> None:
        """Read partitions that were made anew from their beginning."""
        for place in places:
            self.take(place, None)
        self._read_by_id(consumer, consumer.assignment())
        for place in places:
            await self._read_from_begin(consumer, place)

    async def _read_from_begin(self, consumer: Consumer, place: TopicPartition) -> None:
        logger.warning("topic %s was made anew: it is read from its beginning", place.topic)
        await consumer.seek_to_beginning(place)

    def source(self, place: SourcePartition) -> SourcePartition:
        """A partition as the journal names it."""
        found = self._sources.get(TopicPartition(*place))
        return place if found is None else found.name

    def committed(self, place: TopicPartition) -> str:
        """What a commit of a partition's offset is to say."""
        found = self._sources.get(place)
        if found is None or not found.topic_id:
            return ""
        return _short(found.topic_id) + ("" if "@" in found.name.topic else _BARE)

    def commits(
        self, positions: Mapping[TopicPartition, int], owned: Collection[TopicPartition]
    ) -> dict[TopicPartition, tuple[int, str]]:
        """What to commit of the positions of partitions that are ours still."""
        return {tp: (offset, self.committed(tp)) for tp, offset in positions.items() if tp in owned}

    def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None
        admin, self._admin = self._admin, None
        if admin is not None:
            surroundings().in_thread(self._close, admin)

    def _close(self, admin: KafkaAdminClient) -> None:
        """Once nobody asks by it: a question beneath which it is closed may wait for ever."""
        with self._in_use:
            admin.close()


def _hex(topic_id: Any) -> str:
    """An id; empty where Kafka gives none."""
    text = str(topic_id or "").replace("-", "")
    return text if text.strip("0") else ""


def _short(topic_id: str) -> str:
    return topic_id[:ID_LENGTH]
