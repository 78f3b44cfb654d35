"""Groups of consumers: who reads what, and whose offsets count."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import NamedTuple, Protocol

from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError

from streams.torture.simulated.cluster import Cluster, Committed
from streams.torture.simulated.loop import Loop
from streams.torture.simulated.network import Connection

#: Seconds after which a silent member is given up, and between signs of life.
SESSION, HEARTBEAT = 6.0, 1.0
#: Seconds for all members to let go of what they read.
REBALANCE = 60.0


class Given(NamedTuple):
    """What a member is to read, as of a generation."""

    member: int
    generation: int
    places: list[TopicPartition]


@dataclass
class _Member:
    instance: str | None
    topics: Sequence[str]
    seen: float
    waits: asyncio.Future[Given] | None
    places: list[TopicPartition]


class GroupCoordinator:
    """One group's coordinator."""

    def __init__(self, name: str, loop: Loop, draw: Random, cluster: Cluster) -> None:
        self._loop = loop
        self._draw = draw
        self._cluster = cluster
        self._offsets = cluster.offsets.setdefault(name, {})
        self._members: dict[int, _Member] = {}
        self._generation = 0
        self._forming_since: float | None = None
        self._number = 0

    def join(
        self,
        member: int | None,
        instance: str | None,
        topics: Sequence[str],
        answer: asyncio.Future[Given],
    ) -> int:
        """Ask for something to read; the answer comes once all members have asked. Returns the
        member's number.

        Who comes back under a name that is known gets what it had.
        """
        now = self._loop.time()
        for old, known in list(self._members.items()):
            if instance is not None and known.instance == instance and old != member:
                del self._members[old]
                if self._forming_since is None:
                    self._number += 1
                    self._members[self._number] = _Member(instance, topics, now, None, known.places)
                    self._give(answer, Given(self._number, self._generation, known.places))
                    return self._number
        if member is None or member not in self._members:
            self._number += 1
            member = self._number
            self._members[member] = _Member(instance, topics, now, None, [])
        known = self._members[member]
        known.waits, known.seen = answer, now
        self.rebalance()
        self._form()
        return member

    def leave(self, member: int) -> None:
        """Be given nothing any more."""
        if self._members.pop(member, None) is not None:
            self.rebalance()
            self._form()

    def rebalance(self) -> None:
        """Have all members ask anew."""
        if self._forming_since is None:
            self._forming_since = self._loop.time()

    def alive(self, member: int, generation: int) -> bool | None:
        """A sign of life; False: ask anew. None: nobody here knows you."""
        known = self._members.get(member)
        if known is None:
            return None
        known.seen = self._loop.time()
        return self._forming_since is None and generation == self._generation

    def expire(self) -> None:
        """Give up who is silent."""
        now = self._loop.time()
        for member, known in list(self._members.items()):
            late = now - (self._forming_since or now) > REBALANCE and known.waits is None
            if now - known.seen > SESSION or late:
                del self._members[member]
                self.rebalance()
        self._form()

    def commit(
        self, member: int, generation: int, offsets: dict[TopicPartition, Committed]
    ) -> None:
        """Write offsets down; CommitFailedError for who has no say any more."""
        if member not in self._members or generation != self._generation:
            raise CommitFailedError
        self._offsets.update(offsets)

    def committed(self, place: TopicPartition) -> Committed | None:
        """The offset of a partition."""
        return self._offsets.get(place)

    def _form(self) -> None:
        members = self._members
        if self._forming_since is None or not all(known.waits for known in members.values()):
            return
        self._forming_since = None
        self._generation += 1
        order = list(members)
        self._draw.shuffle(order)
        for known in members.values():
            known.places = []
        turn = 0
        for topic in sorted({topic for known in members.values() for topic in known.topics}):
            for log in self._cluster.topics[topic].logs:
                if order:
                    place = TopicPartition(topic, log.partition)
                    members[order[turn % len(order)]].places.append(place)
                    turn += 1
        for member, known in members.items():
            answer, known.waits, known.seen = known.waits, None, self._loop.time()
            if answer is not None:
                self._give(answer, Given(member, self._generation, known.places))

    def _give(self, answer: asyncio.Future[Given], given: Given) -> None:
        self._loop.call_later(self._draw.uniform(0.0005, 0.01), _set, answer, given)


def _set(answer: asyncio.Future[Given], given: Given) -> None:
    if not answer.done():
        answer.set_result(given)


class Grouped(Protocol):
    """Where groups are found."""

    loop: Loop
    draw: Random

    def group(self, name: str) -> GroupCoordinator:
        """A group's coordinator."""


class Membership:
    """A client's place in a group. `revoked` and `assigned` are called as aiokafka calls a
    listener: before it asks anew, and once it knows.
    """

    def __init__(
        self,
        broker: Grouped,
        connection: Connection,
        name: str,
        instance: str | None,
        topics: Sequence[str],
        revoked: Callable[[], Awaitable[None]],
        assigned: Callable[[list[TopicPartition]], Awaitable[None]],
    ) -> None:
        self._broker = broker
        self._connection = connection
        self._group = broker.group(name)
        self._instance = instance
        self._topics = topics
        self._revoked = revoked
        self._assigned = assigned
        self._given: Given | None = None
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    def start(self) -> None:
        """Join."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Leave; one that has a name keeps its place until its session ends."""
        self._closed = True
        if self._running is not None:
            self._running.cancel()
        if self._given is not None and self._instance is None:
            member = self._given.member
            await self._connection.request(lambda: self._group.leave(member))

    async def commit(self, offsets: dict[TopicPartition, Committed]) -> None:
        """Write offsets down; CommitFailedError, KafkaTimeoutError."""
        given = self._given
        if given is None:
            raise CommitFailedError
        await self._connection.request(
            lambda: self._group.commit(given.member, given.generation, offsets), may_lose=True
        )

    async def _run(self) -> None:
        while not self._closed:
            await self._revoked()
            given = self._given = await self._join()
            await self._assigned(given.places)
            # signs of life have a rhythm of their own: who has lost its place is at work till then
            await asyncio.sleep(self._broker.draw.uniform(0.0, HEARTBEAT))
            while await self._alive(given.member, given.generation):
                await asyncio.sleep(HEARTBEAT)

    async def _join(self) -> Given:
        before = self._given.member if self._given else None
        while True:
            answer: asyncio.Future[Given] = self._broker.loop.create_future()
            join = partial(self._group.join, before, self._instance, self._topics, answer)
            member, known = await self._connection.request(join), True
            while known and not answer.done():
                await asyncio.wait([answer], timeout=HEARTBEAT)
                # one that was frozen may have been given up meanwhile: no answer will come
                known = await self._alive(member, 0) is not None
            if answer.done():
                return answer.result()

    async def _alive(self, member: int, generation: int) -> bool | None:
        return await self._connection.request(lambda: self._group.alive(member, generation))
