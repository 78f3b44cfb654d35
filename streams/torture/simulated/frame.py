"""What Faust is to the pricer: a member of the journal's group that hands on what it reads.

Faust itself runs threads and real sleeps. The pricer's agent stands on this in its place; what
Faust and its client are known to get wrong is done here on purpose: records that come again after a
rebalance, and records that are left out.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, NamedTuple

from aiokafka import TopicPartition

from streams.configuration.settings import Settings
from streams.journal import TOPIC as JOURNAL
from streams.kafka.app import die
from streams.torture.simulated.cluster import Committed, StoredRecord
from streams.torture.simulated.fetch_client import FetchWorld
from streams.torture.simulated.groups import Membership
from streams.torture.simulated.network import Bell

#: Deliveries that wait for the agent.
BUFFER = 2
#: Seconds after which it asks again where nothing comes.
LOOK = 5.0


class _Signal:
    """A signal's receivers."""

    def __init__(self) -> None:
        self.receivers: list[Callable[..., Awaitable[None]]] = []

    def connect(self, receiver: Callable[..., Awaitable[None]]) -> None:
        """Have something called."""
        self.receivers.append(receiver)

    async def send(self, *arguments: Any) -> None:
        """Call them."""
        for receiver in self.receivers:
            await receiver(*arguments)


class _Message(NamedTuple):
    partition: int
    value: list[StoredRecord]


class _Event(NamedTuple):
    message: _Message


class _Stream:
    """A partition's deliveries."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[_Message] = asyncio.Queue(BUFFER)

    def noack(self) -> _Stream:
        """Nothing is acknowledged."""
        return self

    async def events(self) -> AsyncIterator[_Event]:
        """What is delivered."""
        while True:
            yield _Event(await self.queue.get())


class _Agent:
    """What handles the deliveries of each partition."""

    def __init__(self, handle: Callable[[Any], Awaitable[None]], *, name: str, **_: Any) -> None:
        self.handle = handle
        self.name = name


class _Configuration:
    """Faust's settings, as far as an agent is made of them."""

    Agent = _Agent


class Glitches:
    """How often the client hands on what it should not: shares of deliveries."""

    def __init__(self) -> None:
        self.again = 0.0
        self.left_out = 0.0


class _FaustConsumer:
    """Faust's consumer."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._thread = self

    def assignment(self) -> set[TopicPartition]:
        """What is read here."""
        return set(self._frame.places)

    def highwater(self, place: TopicPartition) -> int:
        """Where a partition ends."""
        return self._frame.broker.cluster.log(place).end

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        """Write offsets down."""
        await self._frame.membership.commit({p: Committed(o, "") for p, o in offsets.items()})


class Frame:
    """Stands where the Faust app stands."""

    def __init__(self, broker: FetchWorld, settings: Settings, glitches: Glitches) -> None:
        self.broker = broker
        self.places: list[TopicPartition] = []
        self.on_partitions_revoked = _Signal()
        self.on_rebalance_complete = _Signal()
        self.on_before_shutdown = _Signal()
        self.consumer = _FaustConsumer(self)
        self._glitches = glitches
        self._connection = broker.connect()
        instance = f"{settings.app}-{settings.instance}" if settings.instance else None
        self.membership = Membership(
            broker,
            self._connection,
            settings.app,
            instance,
            [JOURNAL],
            self._revoke,
            self._assign,
        )
        self._group = broker.group(settings.app)
        self.conf = _Configuration()
        self.agents: dict[str, _Agent] = {}
        self._on_agent_error = None
        self._readers: list[asyncio.Task[None]] = []

    def topic(self, name: str, **_: Any) -> str:
        """The journal."""
        return name

    def ask_less_often(self, *_topics: str) -> None:
        """Fetches have a pace of their own here."""

    def start(self) -> None:
        """Join the group."""
        self.membership.start()

    async def stop(self) -> None:
        """Let go of everything, and leave."""
        for reader in self._readers:
            reader.cancel()
        await self.on_before_shutdown.send(self)
        await self.membership.stop()

    async def _revoke(self) -> None:
        for reader in self._readers:
            reader.cancel()
        self._readers = []
        if self.places:
            await self._signal(self.on_partitions_revoked, set(self.places))
        self.places = []

    async def _assign(self, places: list[TopicPartition]) -> None:
        self.places = list(places)
        await self._signal(self.on_rebalance_complete)
        for place in self.places:
            stream = _Stream()
            self._readers.append(asyncio.create_task(self._read(place, stream)))
            self._readers.append(asyncio.create_task(self._handle(stream)))

    async def _signal(self, signal: _Signal, *arguments: Any) -> None:
        try:
            await signal.send(self, *arguments)
        except Exception as error:
            # Faust crashes the app
            die("a rebalance failed", error)

    async def _handle(self, stream: _Stream) -> None:
        try:
            (agent,) = self.agents.values()
            await agent.handle(stream)
        except Exception as error:
            die("the agent failed", error)

    async def _read(self, place: TopicPartition, stream: _Stream) -> None:
        request, log = self._connection.request, self.broker.cluster.log(place)
        said = await request(lambda: self._group.committed(place))
        at = log.begin if said is None else said.offset
        draw, glitches, bell = self.broker.draw, self._glitches, Bell(self.broker.loop)
        while True:
            if draw.random() < glitches.again:
                at = max(log.begin, at - draw.randint(1, 5))
            if at < log.end and draw.random() < glitches.left_out:
                at += 1
            most = draw.randint(1, 20)
            records, at = await request(partial(log.read, at, most))
            if records:
                await stream.queue.put(_Message(place.partition, records))
            else:
                await bell.wait([log], LOOK)
