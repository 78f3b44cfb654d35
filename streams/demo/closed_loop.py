"""The demo itself: feed, worker and shop side by side."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from aiokafka.errors import KafkaError

from schemas.values.instants import DAY
from streams.client.records import Change
from streams.configuration.settings import Settings
from streams.demo import feed, shop
from streams.demo.data.days import Days
from streams.demo.data.event import DemoEvent
from streams.demo.latency import TOPIC, Latency, Stopwatch
from streams.demo.sender import Sender
from streams.demo.worker_progress import WorkerProgress
from streams.errors import DemoError
from streams.kafka.broker import BrokerError

#: The last records of the feed, at most those of its last day, go at an even pace in so many
#: seconds, to measure latency: some 150 a second, a busy shop's. Where a backlog is read,
#: partitions wait for each other, and latency says nothing.
TAIL_RECORDS = 3000
TAIL_SECONDS = 20.0
#: Seconds in which the last prices reach the shop, and its acknowledgements come back.
ROUND_TRIP = 0.5
BEAT = 0.2
#: Event time moves on every second, even where no event comes: a worker that is silent for so long
#: has come to a halt.
STALLED_SECONDS = 120.0
#: Before its first price it may have to compile the rules, beside whatever else the machine does.
STARTING_SECONDS = 900.0


@dataclass(slots=True)
class LoopProgress:
    """What can be seen while the demo runs; `reached` in ms of event time.

    `started` are the events fed, and the moment (monotonic), when the first of them were priced:
    speed is measured from there, for before it the worker was still starting. `flat_out` is how
    many events were fed from then on as fast as the worker took them, and in what seconds.
    """

    events: int = 0
    reached: int = 0
    applied: int = 0
    started: tuple[int, float] | None = None
    flat_out: tuple[int, float] | None = None
    latency: Latency | None = None

    def since_start(self, events: int) -> tuple[int, float] | None:
        """Events, of so many in all, and seconds since `started`."""
        if self.started is None:
            return None
        return events - self.started[0], time.monotonic() - self.started[1]


class ClosedLoop:
    """Feeds `days` to a worker and applies its prices.

    `speed` in days a second; None for as fast as the worker takes it, with a tail at an even pace.
    `shown` is called now and then, and so is `alive`, which raises what has gone wrong elsewhere.
    """

    def __init__(
        self,
        settings: Settings,
        days: Days,
        speed: float | None,
        shown: Callable[[LoopProgress], None],
        alive: Callable[[], None],
    ) -> None:
        self.stage = LoopProgress()
        self._settings = settings
        self._days = days
        self._speed = speed
        self._shown = shown
        self._alive = alive
        self._watch = Stopwatch()

    async def run(self) -> LoopProgress:
        """Return when all is fed, priced and applied; DemoError where that comes to a halt."""
        async with (
            Sender(self._settings).connected() as sender,
            WorkerProgress(self._settings).connected() as progress,
        ):
            try:
                async with asyncio.TaskGroup() as group:
                    beside = [
                        group.create_task(each)
                        for each in (
                            progress.follow(),
                            shop.run(self._settings, self._applied),
                            self._watch.follow(self._settings),
                            self._look(sender, progress),
                        )
                    ]
                    await self._feed(sender, progress)
                    for task in beside:
                        task.cancel()
            except ExceptionGroup as group:
                # what one task says of a worker that died, and others of what follows from it
                known = group.subgroup((DemoError, BrokerError, KafkaError))
                if known is None:
                    raise
                raise DemoError(str(known.exceptions[0])) from None
        return self.stage

    async def _feed(self, sender: Sender, progress: WorkerProgress) -> None:
        stage, days, speed = self.stage, iter(self._days), self._speed
        if speed is None:
            tail: list[DemoEvent] = []
            await feed.flat_out(self._head(days, tail), sender, lambda: progress.reached)
            await progress.drain()
            stage.flat_out = stage.since_start(sender.events)
            span = max(tail[-1].time - tail[0].time, 1)
            days, speed = iter([tail]), span / DAY / TAIL_SECONDS
            sender.timed.add(TOPIC)
        self._watch.begin()
        await feed.paced(days, sender, speed)
        await progress.drain()
        await asyncio.sleep(ROUND_TRIP)
        await progress.drain()
        stage.events = sender.events
        stage.latency = self._watch.latency(sender.moments)

    def _head(
        self, days: Iterator[list[DemoEvent]], tail: list[DemoEvent]
    ) -> Iterator[list[DemoEvent]]:
        """All days but the last records, which go to `tail`."""
        yield from islice(days, len(self._days) - 1)
        last = next(days)
        tail += last[-TAIL_RECORDS:]
        yield last[:-TAIL_RECORDS]

    async def _look(self, sender: Sender, progress: WorkerProgress) -> None:
        moved = time.monotonic()
        while True:
            stage, now = self.stage, time.monotonic()
            self._alive()
            if progress.reached > stage.reached:
                moved = now
            elif now - moved > (patience := STALLED_SECONDS if stage.reached else STARTING_SECONDS):
                raise DemoError(f"the worker has priced nothing for {patience:.0f} s")
            stage.events, stage.reached = sender.events, progress.reached
            if stage.reached and stage.started is None:
                stage.started = (sender.events, now)
                if self._speed is not None:
                    sender.timed.add(TOPIC)
            self._shown(stage)
            await asyncio.sleep(BEAT)

    def _applied(self, _: Change) -> None:
        self.stage.applied += 1
