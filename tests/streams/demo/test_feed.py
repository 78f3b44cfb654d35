from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.values.instants import DAY, HOUR
from streams.demo import feed
from streams.demo.data.event import DemoEvent


class Recorder:
    """A sender that keeps what it is given."""

    def __init__(self, on_send: Callable[[Sequence[DemoEvent]], None]) -> None:
        self._on_send = on_send

    async def send(self, events: Sequence[DemoEvent]) -> None:
        self._on_send(events)

    async def flush(self) -> None:
        pass


def event(time: int) -> DemoEvent:
    return DemoEvent(time, "orders", b"k", b"v")


@given(st.lists(st.integers(0, 10**9)), st.integers(1, 10**8))
def test_slices_are_whole_in_order_and_within_their_span(times: list[int], length: int) -> None:
    events = [event(time) for time in sorted(times)]
    parts = list(feed.slices(events, length))
    assert [each for _, part in parts for each in part] == events
    assert all(start <= each.time < start + length for start, part in parts for each in part)
    assert len({start for start, _ in parts}) == len(parts)


def test_the_feed_never_runs_more_than_half_a_day_ahead_of_the_worker() -> None:
    reached = DAY
    ahead: list[int] = []
    sent: list[DemoEvent] = []

    def take(events: Sequence[DemoEvent]) -> None:
        nonlocal reached
        sent.extend(events)
        ahead.append(events[-1].time - reached)

    async def worker() -> None:
        nonlocal reached
        while True:
            await asyncio.sleep(0)
            if sent:
                reached = max(reached, sent[-1].time - 5 * HOUR)

    async def run() -> None:
        follow = asyncio.create_task(worker())
        days = [[event(day * DAY + hour * HOUR) for hour in range(24)] for day in (1, 2, 3)]
        await feed.flat_out(days, Recorder(take), lambda: reached)  # type: ignore[arg-type]
        follow.cancel()

    asyncio.run(run())
    assert [each.time for each in sent] == [DAY + hour * HOUR for hour in range(72)]
    assert max(ahead) <= DAY // 2


def test_a_worker_that_stands_still_stops_the_feed() -> None:
    sent: list[DemoEvent] = []

    async def run() -> None:
        days = [[event(hour * HOUR) for hour in range(48)]]
        await asyncio.wait_for(
            feed.flat_out(days, Recorder(sent.extend), lambda: 0),  # type: ignore[arg-type]
            timeout=0.2,
        )

    with pytest.raises(TimeoutError):
        asyncio.run(run())
    assert sent[-1].time < DAY // 2 + HOUR


def test_a_paced_feed_sends_everything_in_order() -> None:
    sent: list[DemoEvent] = []
    days = [[event(day * DAY + hour * HOUR) for hour in range(24)] for day in range(2)]
    asyncio.run(feed.paced(days, Recorder(sent.extend), 1000.0))  # type: ignore[arg-type]
    assert sent == [each for day in days for each in day]
