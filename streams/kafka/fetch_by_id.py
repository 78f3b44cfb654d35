"""Fetches that ask for a topic by its id: what comes is of that topic, and of no other of its name.

By name, a topic that is deleted and made anew goes on where the old one was: its records take the
places of records that were read, or are skipped. By id, the broker says that there is no such topic
any more. Kafka can do so since 3.1; an older one is asked by name, and for all at every fetch.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID

from aiokafka import TopicPartition
from aiokafka.protocol.api import RequestStruct
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.protocol.types import Schema, UnsignedVarInt32

from streams.kafka.fetch_session import FetchSession, Place, Wanted

#: The first version that names topics by their ids.
VERSION = 13
#: Kafka's codes for an id that it does not know, and for one of another topic of the same name.
GONE = frozenset({100, 103})
#: Replica, longest wait, fewest and most bytes, isolation, session and its epoch.
_HEAD = struct.Struct(">iiiibii")
#: Partition, leader's epoch, offset, last epoch, log's start, most bytes, no tags.
_WANTED = struct.Struct(">iiqiqib")
#: Throttling, error, session.
_ANSWER = struct.Struct(">ihi")
#: Partition, error, highwater, last stable offset, log's start.
_PART = struct.Struct(">ihqqq")
#: Producer and first offset of an aborted transaction.
_ABORTED = struct.Struct(">qq")
_REPLICA = _PARTITION = struct.Struct(">i")
#: No replica, and no epoch of a leader that is known.
_UNKNOWN = -1
_ID_LENGTH = 16


class _TopicIdRequest(RequestStruct):  # type: ignore[misc]
    """What is sent, as bytes already: aiokafka's own way costs several times as much."""

    FLEXIBLE_VERSION = True
    API_KEY = FetchRequest.API_KEY
    API_VERSION = VERSION
    RESPONSE_TYPE = RequestStruct
    SCHEMA = Schema()

    def __init__(self, encoded: bytes, answered: FetchById) -> None:
        super().__init__()
        self._encoded = encoded
        self.RESPONSE_TYPE = answered

    def encode(self) -> bytes:
        """The body's bytes."""
        return self._encoded


class _Answer(NamedTuple):
    """An answer as aiokafka's fetcher reads it: topics by name."""

    topics: list[tuple[str, list[tuple[Any, ...]]]]
    API_VERSION: int = VERSION


class FetchById(FetchRequest):  # type: ignore[misc]
    """A fetch of what `ids` says is meant by each partition; every one that it asks for is in them.

    The broker is told and tells what has changed in `session`. The answer leaves out partitions
    whose topic is gone, which are in `gone` then, and says nothing of those without news.
    """

    def __init__(
        self, asked: FetchRequest, ids: Mapping[TopicPartition, UUID], session: FetchSession
    ) -> None:
        self.__dict__ |= asked.__dict__
        self._session = session
        self.ids: dict[TopicPartition, UUID] = {}
        self.gone: set[TopicPartition] = set()
        #: Offsets from which on partitions were asked for, of those that the answer speaks of; None
        #: before there is one.
        self.answered: dict[TopicPartition, int] | None = None
        self._places: dict[Place, TopicPartition] = {}
        self._wanted: dict[Place, Wanted] = {}
        for topic, partitions in asked.topics:
            for partition, offset, most in partitions:
                place = TopicPartition(topic, partition)
                self.ids[place] = ids[place]
                named = ids[place].bytes, partition
                self._places[named], self._wanted[named] = place, Wanted(offset, most)

    def build(self, request_struct_class: Any) -> Any:
        """By id where Kafka can do so, else by name."""
        if request_struct_class is not _TopicIdRequest:
            return super().build(request_struct_class)
        said = self._session.ask(self._wanted)
        wanted: dict[bytes, list[bytes]] = {}
        for (topic_id, partition), (offset, most) in said.wanted.items():
            part = _WANTED.pack(partition, _UNKNOWN, offset, _UNKNOWN, _UNKNOWN, most, 0)
            wanted.setdefault(topic_id, []).append(part)
        forgotten: dict[bytes, list[bytes]] = {}
        for topic_id, partition in said.forgotten:
            forgotten.setdefault(topic_id, []).append(_PARTITION.pack(partition))
        waits = self._max_wait_ms, self._min_bytes, self._max_bytes
        session = said.session, said.epoch
        head = _HEAD.pack(_UNKNOWN, *waits, self._isolation_level, *session)
        rack = self._rack_id.encode()
        body = [head, *_by_topic(wanted), *_by_topic(forgotten), _number(len(rack)), rack, b"\0"]
        return _TopicIdRequest(b"".join(body), self)

    def decode(self, data: BytesIO) -> _Answer:
        """An answer from its bytes."""
        reader = _AnswerBytes(data.read())
        _, error, session = reader.take(_ANSWER)
        self._session.answered(session, error)
        self.answered = {}
        named: dict[str, list[tuple[Any, ...]]] = {}
        for _ in range(reader.number()):
            topic_id = reader.bytes(_ID_LENGTH)
            for _ in range(reader.number()):
                partition, error, *offsets = reader.take(_PART)
                aborted = [reader.aborted() for _ in range(reader.number())]
                (replica,) = reader.take(_REPLICA)
                records = reader.bytes(reader.number())
                reader.tags()
                place = self._places[topic_id, partition]
                self.answered[place] = self._wanted[topic_id, partition].offset
                if error in GONE:
                    self.gone.add(place)
                else:
                    part = (partition, error, *offsets, aborted, replica, records)
                    named.setdefault(place.topic, []).append(part)
            reader.tags()
        return _Answer(list(named.items()))


class _AnswerBytes:
    """Reads one thing after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, form: struct.Struct) -> tuple[Any, ...]:
        """Numbers of fixed sizes."""
        found = form.unpack_from(self._data, self._at)
        self._at += form.size
        return found

    def aborted(self) -> tuple[int, int]:
        """The producer and the first offset of an aborted transaction."""
        producer, first = self.take(_ABORTED)
        self.tags()
        return producer, first

    def bytes(self, length: int) -> bytes:
        """So many bytes."""
        begin, self._at = self._at, self._at + length
        return self._data[begin : self._at]

    def number(self) -> int:
        """The length of something; 0 where it is null."""
        return max(self._varint() - 1, 0)

    def tags(self) -> None:
        """Pass over fields that later versions may add."""
        for _ in range(self._varint()):
            self._varint()
            self._at += self._varint()

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._data[self._at]
            self._at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7


def _by_topic(parts: Mapping[bytes, list[bytes]]) -> list[bytes]:
    """What is said of partitions, topic by topic."""
    said = [_number(len(parts))]
    for topic_id, each in parts.items():
        said += [topic_id, _number(len(each)), *each, b"\0"]
    return said


def _number(length: int) -> bytes:
    """The length of something."""
    encoded: bytes = UnsignedVarInt32.encode(length + 1)
    return encoded


FetchById._CLASSES = (*FetchRequest._CLASSES, _TopicIdRequest)
