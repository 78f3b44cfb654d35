"""Days of events into Kafka, no faster than the worker takes them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator

from schemas.values.instants import DAY, HOUR
from streams.demo.data.event import DemoEvent
from streams.demo.sender import Sender

#: Event time by which the feed may be ahead of the worker, and how much of it is sent in one go:
#: together half a day. What is priced today must not have seen tomorrow, and prices that are
#: applied must not come a day late; less would make the batches small, and the worker slow.
LEAD, SLICE = 6 * HOUR, 6 * HOUR
#: Wall-clock seconds between sends at a given speed.
BEAT = 0.01
#: Seconds between looks at how far the worker has come.
LOOK = 0.01


async def flat_out(
    days: Iterable[list[DemoEvent]], sender: Sender, reached: Callable[[], int]
) -> None:
    """Send days as fast as the worker, whose event time is `reached()`, follows."""
    start = None
    for events in days:
        for time_, part in slices(events, SLICE):
            start = time_ if start is None else start
            while time_ > max(reached(), start) + LEAD:
                await asyncio.sleep(LOOK)
            await sender.send(part)
    await sender.flush()


async def paced(days: Iterable[list[DemoEvent]], sender: Sender, days_a_second: float) -> None:
    """Send days at a speed of so many days of event time a second."""
    start = None
    begun = time.monotonic()
    for events in days:
        for time_, part in slices(events, max(int(days_a_second * DAY * BEAT), 1)):
            start = time_ if start is None else start
            due = begun + (part[-1].time - start) / DAY / days_a_second
            await asyncio.sleep(max(due - time.monotonic(), 0))
            await sender.send(part)
    await sender.flush()


def slices(events: list[DemoEvent], length: int) -> Iterator[tuple[int, list[DemoEvent]]]:
    """(start, events) of every span of `length` ms that has any; events are by time.

    >>> events = [DemoEvent(time, "orders", b"", b"") for time in (0, 3, 12)]
    >>> [(start, len(part)) for start, part in slices(events, 10)]
    [(0, 2), (10, 1)]
    """
    low = 0
    while low < len(events):
        start = events[low].time // length * length
        high = low
        while high < len(events) and events[high].time < start + length:
            high += 1
        yield start, events[low:high]
        low = high
