"""Everything around the workers of a run: brokers, networks, clocks, and who starts them again."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from random import Random
from typing import Any, NoReturn

from schemas.topics import TOPICS
from streams.configuration.settings import Settings
from streams.ingest.service import Ingest
from streams.kafka.names import TopicNames
from streams.kafka.surroundings import CURRENT, Surroundings
from streams.pricer.agent import Pricer
from streams.torture.simulated.cluster import Cluster
from streams.torture.simulated.consumer import SimulatedConsumer
from streams.torture.simulated.frame import Frame, Glitches
from streams.torture.simulated.groups import GroupCoordinator
from streams.torture.simulated.loop import PROCESS, Loop, Process
from streams.torture.simulated.network import Connection, Weather
from streams.torture.simulated.producer import SimulatedProducer
from streams.torture.simulated.transactions import Coordinator

#: The run begins at this time of the wall clock, ms.
EPOCH = 1_700_000_000_000
#: Seconds: what a worker has for a clean end, what its supervisor waits before the next start, and
#: after which the brokers end a transaction that lies open.
CLEAN, RESTART, TRANSACTION = 8.5, (0.1, 2.0), 10.0
#: Between looks at who is silent.
LOOK = 0.5


class EndedError(BaseException):
    """The process ends here."""


@dataclass
class Shape:
    """What differs from one run to the next from its beginning."""

    workers: int
    inputs: int
    named: bool
    settings: Settings
    fold: type[Any]


class World:
    """The brokers of a run, and its workers."""

    def __init__(self, loop: Loop, draw: Random, shape: Shape) -> None:
        self.loop = loop
        self.draw = draw
        self.shape = shape
        self.weather = Weather()
        self.glitches = Glitches()
        self.cluster = Cluster({name: self._partitions(name) for name in TOPICS})
        self.coordinator = Coordinator()
        self.workers = [Worker(self, f"w{i}") for i in range(shape.workers)]
        self.ends: Counter[str] = Counter()
        #: Unique names that were given away.
        self.names = 0
        self._groups: dict[str, GroupCoordinator] = {}

    def _partitions(self, name: str) -> int:
        topic = TOPICS[name]
        if topic.broadcast:
            return 1
        return self.shape.inputs if topic.direction == "in" else self.shape.settings.partitions

    def connect(self) -> Connection:
        """A connection to the brokers."""
        return Connection(self.loop, self.draw, self.weather)

    def group(self, name: str) -> GroupCoordinator:
        """A group's coordinator."""
        found = self._groups.get(name)
        if found is None:
            found = self._groups[name] = GroupCoordinator(name, self.loop, self.draw, self.cluster)
        return found

    def groups(self) -> list[GroupCoordinator]:
        """All groups."""
        return list(self._groups.values())

    def timestamp(self) -> int:
        """The brokers' clock, ms."""
        return EPOCH + int(self.loop.now * 1000)

    async def watch(self) -> None:
        """Do what brokers do every now and then."""
        while True:
            await asyncio.sleep(LOOK)
            for group in self._groups.values():
                group.expire()
            self.coordinator.expire(self.loop.time(), TRANSACTION, self.timestamp())


class _Admin:
    """What ingest asks an administrator for."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        """Names and ids of topics."""
        topics = self._cluster.topics
        return [{"name": n, "error_code": 0, "topic_id": topics[n].id} for n in names]

    def close(self) -> None:
        """Disconnect."""


@dataclass
class Worker(Surroundings):
    """A worker as its supervisor knows it, and its surroundings: what it asks for is of the run."""

    world: World
    name: str
    #: How far its wall clock is wrong, ms.
    skew: int = 0
    #: Whether it only prices from its next start on.
    only_prices: bool = False
    process: Process | None = None
    #: Called when it is given partitions next.
    once_assigned: Callable[[], None] | None = None
    _stopping: bool = field(default=False, init=False)
    _frame: Frame | None = field(default=None, init=False)
    _ingest: Ingest | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.fold = self.world.shape.fold

    @property
    def reads(self) -> bool:
        """Whether it runs an ingest."""
        process = self.process
        return process is not None and process.alive and self._ingest is not None

    def consumer(self, *_topics: str, names: TopicNames | None = None, **options: Any) -> Any:  # noqa: ARG002
        """A consumer of the run's brokers."""
        return SimulatedConsumer(self.world, options)

    def producer(self, names: TopicNames | None = None, **options: Any) -> Any:  # noqa: ARG002
        """A producer for the run's brokers."""
        return SimulatedProducer(self.world, options)

    def admin(self, _options: Mapping[str, Any]) -> Any:
        """An administrator of the run's brokers."""
        return _Admin(self.world.cluster)

    def monotonic(self) -> float:
        """The loop's own time: code that measures it finds that nothing takes any."""
        return self.world.loop.now

    def wall_ms(self) -> int:
        """This worker's wall clock."""
        return self.world.timestamp() + self.skew

    def unique(self) -> str:
        """A name of this run alone."""
        self.world.names += 1
        return str(self.world.names)

    def in_thread(self, work: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        """Do it at some later time."""
        done: asyncio.Future[Any] = self.world.loop.create_future()

        def do() -> None:
            if done.cancelled():
                return
            try:
                done.set_result(work(*arguments))
            except Exception as error:
                done.set_exception(error)

        self.world.loop.call_later(self.world.draw.uniform(0.0005, 0.02), do)
        return done

    def end(self, status: int) -> NoReturn:
        """End the process."""
        assert self.process is not None, "somebody runs"
        self.process.die(f"status {status}")
        raise EndedError

    def start(self) -> None:
        """Start the process."""
        process = self.process = Process(self.name)
        process.on_death = self._ended
        self._stopping = False
        context = Context()
        context.run(PROCESS.set, process)
        context.run(CURRENT.set, self)
        self.world.loop.create_task(self._run(), context=context)

    def stop(self) -> None:
        """Tell it to end cleanly."""
        process = self.process
        if process is None or not process.alive or self._stopping:
            return
        self._stopping = True
        context = Context()
        context.run(PROCESS.set, process)
        context.run(CURRENT.set, self)
        self.world.loop.create_task(self._stop(process), context=context)
        loop = self.world.loop
        loop.call_later(CLEAN, process.die, "not stopped in time", context=Context())

    def _ended(self, why: str) -> None:
        self.world.ends[why] += 1
        wait = self.world.draw.uniform(*RESTART)
        self.world.loop.call_later(wait, self.start, context=Context())

    async def _assigned(self, *_: Any) -> None:
        once, self.once_assigned = self.once_assigned, None
        if once is not None:
            once()

    def _settings(self) -> Settings:
        shape = self.world.shape
        return shape.settings.model_copy(update={"instance": self.name if shape.named else None})

    async def _run(self) -> None:
        settings = self._settings()
        frame = self._frame = Frame(self.world, settings, self.world.glitches)
        frame.on_rebalance_complete.connect(self._assigned)
        pricer = Pricer(frame, settings)  # type: ignore[arg-type]
        frame.start()
        self._ingest = None if self.only_prices else Ingest(settings)
        if self._ingest is not None:
            self._ingest.hand_on = pricer.offer
            await self._ingest.start()

    async def _stop(self, process: Process) -> None:
        ending = [part.stop() for part in (self._frame, self._ingest) if part is not None]
        await asyncio.gather(*ending)
        process.die("stopped")
