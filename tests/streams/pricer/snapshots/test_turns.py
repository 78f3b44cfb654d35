"""One state is encoded at a time, and large ones seldom."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from streams.configuration.settings import Settings
from streams.kafka.surroundings import CURRENT, Surroundings
from streams.pricer.snapshots import codec
from streams.pricer.snapshots.turns import SHARE, SnapshotTurns

STATE = {"prices": [1, 2, 3]}


class Stopped(Surroundings):
    """A clock that is set by hand, and work that is done when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waiting: list[Callable[[], None]] = []

    def monotonic(self) -> float:
        return self.now

    def in_thread(self, work, *arguments):  # type: ignore[no-untyped-def]
        done = asyncio.get_running_loop().create_future()
        self.waiting.append(lambda: done.set_result(work(*arguments)))
        return done


@pytest.mark.parametrize("seconds", [0.01, 0.5])
def test_one_is_encoded_at_a_time_and_all_take_their_share(seconds: float) -> None:
    clock, partitions = Stopped(), [0, 1, 2, 3]

    async def run() -> None:
        CURRENT.set(clock)
        turns = SnapshotTurns(Settings(snapshot_seconds=10, partitions=4), partitions)
        for number in partitions:
            turns.begin(number)
        assert not turns.due(0)
        clock.now = begun = 20.0
        encoding = turns.encode(0, lambda: STATE, 7)
        assert not turns.due(1)
        clock.now += seconds
        clock.waiting.pop()()
        assert await encoding == codec.encode(STATE, 7)
        await asyncio.sleep(0)
        assert turns.due(1)
        wait = max(10, 4 * seconds / SHARE)
        clock.now = begun + wait - 0.001
        assert not turns.due(0)
        clock.now = begun + wait + 0.001
        assert turns.due(0)

    asyncio.run(run())
