"""The demo itself: feed, worker and shop side by side."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from schemas.instants import DAY, HOUR
from streams.demo import feed, shop
from streams.demo.days import Days
from streams.demo.error import DemoError
from streams.demo.event import Event
from streams.demo.latency import TOPIC, Latency, Stopwatch
from streams.demo.progress import Progress
from streams.demo.sender import Sender
from streams.demo.worker import WorkerProcess
from streams.settings import Settings

#: The last part of the feed goes at an even pace, to measure latency: so much event time, and so
#: many days of it a second. Some hundred events/s, a busy shop's; faster, and partitions would
#: wait for each other, as they do where a backlog is read.
TAIL = 12 * HOUR
TAIL_SPEED = 1 / 40
#: Seconds in which the last prices reach the shop, and its acknowledgements come back.
ROUND_TRIP = 0.5
BEAT = 0.2


@dataclass(slots=True)
class Stage:
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


class Play:
    """Feeds `days` to a worker and applies its prices; `shown` is called now and then.

    `speed` in days a second; None for as fast as the worker takes it, with a tail at an even pace.
    """

    def __init__(
        self, settings: Settings, days: Days, speed: float | None, shown: Callable[[Stage], None]
    ) -> None:
        self.stage = Stage()
        self._settings = settings
        self._days = days
        self._speed = speed
        self._shown = shown
        self._watch = Stopwatch()

    async def run(self, worker: WorkerProcess) -> Stage:
        """Return when all is fed, priced and applied; DemoError where the worker ends before."""
        async with Sender(self._settings) as sender, Progress(self._settings) as progress:
            try:
                async with asyncio.TaskGroup() as group:
                    beside = [
                        group.create_task(each)
                        for each in (
                            worker.watch(),
                            progress.follow(),
                            shop.run(self._settings, shop.Shelf(), self._applied),
                            self._show(sender, progress),
                        )
                    ]
                    await self._feed(sender, progress)
                    for task in beside:
                        task.cancel()
            except* DemoError as errors:
                raise errors.exceptions[0] from None
        return self.stage

    async def _feed(self, sender: Sender, progress: Progress) -> None:
        stage, days = self.stage, iter(self._days)
        if self._speed is None:
            tail: list[Event] = []
            head = feed.until((self._days.last + 1) * DAY - TAIL, days, tail)
            await feed.flat_out(head, sender, lambda: progress.reached)
            await progress.drain()
            stage.flat_out = stage.since_start(sender.events)
            days = iter([tail])
        watch = asyncio.create_task(self._watch.follow(self._settings))
        sender.timed.add(TOPIC)
        await feed.paced(days, sender, self._speed or TAIL_SPEED)
        await progress.drain()
        await asyncio.sleep(ROUND_TRIP)
        await progress.drain()
        stage.events = sender.events
        stage.latency = self._watch.latency(sender.moments)
        watch.cancel()

    async def _show(self, sender: Sender, progress: Progress) -> None:
        while True:
            stage = self.stage
            stage.events, stage.reached = sender.events, progress.reached
            if stage.reached and stage.started is None:
                stage.started = (sender.events, time.monotonic())
            self._shown(stage)
            await asyncio.sleep(BEAT)

    def _applied(self, _: shop.Change) -> None:
        self.stage.applied += 1
