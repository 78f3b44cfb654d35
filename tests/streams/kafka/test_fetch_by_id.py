"""Whatever is lost on the way, a consumer hears in the end what its broker knows."""

from __future__ import annotations

import asyncio
import struct
from io import BytesIO
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.kafka.fetch_by_id import FetchById, _TopicIdRequest
from streams.kafka.fetch_pacing import PacedFetcher
from streams.kafka.fetch_session import Place

NODE = 1
PLACES = [
    TopicPartition(topic, partition) for topic in ("orders", "prices") for partition in (0, 1)
]
SESSION_NOT_FOUND, UNKNOWN_TOPIC_ID = 70, 100


class _Bytes:
    """What a broker reads of a fetch."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return found

    def number(self) -> int:
        """A length below 127, which is one byte."""
        (found,) = self.take(">B")
        assert found < 128
        return int(found) - 1

    def topics(self, form: str) -> list[tuple[Place, tuple[Any, ...]]]:
        found = []
        for _ in range(self.number()):
            (topic_id,) = self.take(">16s")
            for _ in range(self.number()):
                partition, *rest = self.take(form)
                found.append(((topic_id, partition), tuple(rest)))
            assert self.take(">b") == (0,)
        return found


class Broker:
    """Answers fetches in their bytes. Logs are empty, so that an answer says no more than how far
    they are.
    """

    def __init__(self) -> None:
        self.ids = {"orders": UUID(int=1), "prices": UUID(int=2)}
        self.ends = dict.fromkeys(PLACES, 0)
        #: By session: the epoch that is due, the partitions, and what was said of each.
        self.sessions: dict[int, tuple[int, dict[Place, Any]]] = {}
        self.named = 0
        self._last = 0

    def answer(self, request: bytes) -> bytes:
        data = _Bytes(request)
        *_, session, epoch = data.take(">iiiibii")
        wanted = [place for place, _ in data.topics(">iiqiqib")]
        forgotten = [place for place, _ in data.topics(">i")]
        self.named = len(wanted)
        if epoch == 0:
            self.sessions.pop(session, None)
            self._last += 1
            session, due, said = self._last, 0, {}
        elif session not in self.sessions:
            return struct.pack(">ihi", 0, SESSION_NOT_FOUND, 0) + b"\1\0"
        else:
            due, said = self.sessions[session]
            assert epoch == due
        said |= {place: said.get(place) for place in wanted}
        for place in forgotten:
            del said[place]
        topics = b""
        news = [place for place in said if self._says(place) != said[place]]
        for place in news:
            error, end = self._says(place)
            said[place] = None if error else (error, end)
            part = struct.pack(">ihqqq", place[1], error, end, end, 0)
            topics += place[0] + b"\2" + part + b"\0" + struct.pack(">i", -1) + b"\1\0\0"
        self.sessions[session] = due + 1, said
        return struct.pack(">ihi", 0, 0, session) + bytes([len(news) + 1]) + topics + b"\0"

    def _says(self, place: Place) -> tuple[int, int]:
        for topic, topic_id in self.ids.items():
            if topic_id.bytes == place[0]:
                return 0, self.ends[TopicPartition(topic, place[1])]
        return UNKNOWN_TOPIC_ID, -1


class Reader:
    """aiokafka's fetcher before a broker."""

    def __init__(self, broker: Broker) -> None:
        self.broker = broker
        self.fate = "arrives"
        client = SimpleNamespace(
            _loop=asyncio.get_running_loop(),
            _metadata_max_age_ms=1000,
            cluster=SimpleNamespace(leader_for_partition=lambda _tp: NODE),
            send=self._send,
        )
        subscriptions = SimpleNamespace(
            register_fetch_waiters=lambda _waiters: None,
            subscription=None,
            wait_for_assignment=asyncio.get_running_loop().create_future,
        )
        self.fetcher = PacedFetcher(client, subscriptions, retry_backoff_ms=0, fetch_max_wait_ms=1)
        self.fetcher._fetch_task.cancel()
        self.assign(PLACES)

    def assign(self, places: list[TopicPartition]) -> None:
        """Read these from now on, and know nothing of them."""
        self.states = {
            place: SimpleNamespace(
                has_valid_position=True, paused=False, position=0, resume_fut=None, lso=None
            )
            for place in places
        }
        self.assignment = SimpleNamespace(
            tps=list(places), state_value=self.states.__getitem__, active=True
        )
        self.fetcher.read_by_id({place: self.broker.ids[place.topic] for place in places})

    async def fetch(self, fate: str) -> None:
        self.fate = fate
        self.fetcher._due.clear()
        requests, *_ = self.fetcher._get_actions_per_node(self.assignment)
        for node, request in requests:
            await self.fetcher._proc_fetch_request(self.assignment, node, request)

    async def _send(self, _node: int, request: FetchById) -> Any:
        encoded = request.build(_TopicIdRequest).encode()
        if self.fate == "is lost":
            raise KafkaConnectionError
        answer = self.broker.answer(encoded)
        if self.fate == "answer is lost":
            raise KafkaConnectionError
        if self.fate == "is put elsewhere meanwhile":
            self.states[self.assignment.tps[0]].position += 1
        return request.decode(BytesIO(answer))

    def heard(self) -> dict[TopicPartition, int | None]:
        return {place: self.states[place].lso for place in self.assignment.tps}

    def true(self) -> dict[TopicPartition, int]:
        return {place: self.broker.ends[place] for place in self.assignment.tps}


fates = st.sampled_from(
    ["arrives"] * 3
    + ["is lost", "answer is lost", "is put elsewhere meanwhile", "session is evicted"]
    + ["another assignment", "pause", "resume", "topic is made anew"]
)


@settings(deadline=None)
@given(st.lists(st.tuples(fates, st.sampled_from(PLACES)), max_size=12))
def test_a_consumer_hears_how_far_each_partition_is(
    steps: list[tuple[str, TopicPartition]],
) -> None:
    async def run() -> None:
        broker = Broker()
        reader = Reader(broker)
        for fate, place in steps:
            broker.ends[place] += 1
            if fate == "session is evicted":
                broker.sessions.clear()
            elif fate == "another assignment":
                reader.assign([*PLACES[:2], place][-2:])
            elif fate in {"pause", "resume"} and place in reader.states:
                reader.states[place].paused = fate == "pause"
            elif fate == "topic is made anew":
                broker.ids[place.topic] = UUID(int=broker.ids[place.topic].int + 2)
                await reader.fetch("arrives")
                assert {tp for tp in reader.states if tp.topic == place.topic} >= (
                    reader.fetcher.gone
                )
                reader.fetcher.read_by_id({tp: broker.ids[tp.topic] for tp in reader.states})
            await reader.fetch(fate)
        for state in reader.states.values():
            state.paused = False
        for _ in range(2):
            await reader.fetch("arrives")
        assert reader.heard() == reader.true()
        assert not reader.fetcher.gone

    asyncio.run(run())


def test_a_fetch_names_what_has_changed() -> None:
    async def run() -> None:
        broker = Broker()
        reader = Reader(broker)
        named = []
        for _ in range(3):
            await reader.fetch("arrives")
            named.append(broker.named)
        reader.states[PLACES[0]].position = 1
        await reader.fetch("arrives")
        assert [*named, broker.named] == [len(PLACES), 0, 0, 1]

    asyncio.run(run())


def test_partitions_of_a_topic_that_is_gone_are_asked_for_no_more() -> None:
    async def run() -> None:
        broker = Broker()
        reader = Reader(broker)
        await reader.fetch("arrives")
        broker.ids["orders"] = UUID(int=9)
        await reader.fetch("arrives")
        assert reader.fetcher.gone == {place for place in PLACES if place.topic == "orders"}
        await reader.fetch("arrives")
        ((_, places),) = broker.sessions.values()
        assert {topic_id for topic_id, _ in places} == {broker.ids["prices"].bytes}

    asyncio.run(run())
