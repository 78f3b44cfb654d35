"""While a broker is away its clients ask for it ever less often; once it is back, they find it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaConnectionError

from streams.kafka import reconnecting
from streams.kafka.reconnecting import (
    BESIDE_OTHERS_SECONDS,
    FIRST_SECONDS,
    LONGEST_SECONDS,
    PatientClient,
)

#: Loops of a client that ask for a connection, and seconds between their asking.
LOOPS, ASK_SECONDS = 5, 0.1


class _World:
    """Brokers that are there or not, in a time of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, brokers: int = 1) -> None:
        self.now, self.there = 100.0, set(range(brokers))
        self.attempts: list[tuple[float, int]] = []

        async def sleep(seconds: float) -> None:
            until = self.now + seconds
            while self.now < until:
                await real_sleep(0)

        async def connect(client: Any, node: int, **_: Any) -> Any:
            self.attempts.append((self.now, node))
            await real_sleep(0)
            return SimpleNamespace(connected=lambda: True) if node in self.there else None

        real_sleep = asyncio.sleep
        monkeypatch.setattr(reconnecting, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(
            reconnecting,
            "asyncio",
            SimpleNamespace(sleep=sleep, get_running_loop=asyncio.get_running_loop),
        )
        monkeypatch.setattr(AIOKafkaClient, "_get_conn", connect)
        monkeypatch.setattr(AIOKafkaClient, "bootstrap", self._bootstrap)
        self.sleep = sleep
        self.client = PatientClient()
        self.client.cluster = SimpleNamespace(
            brokers=lambda: [SimpleNamespace(nodeId=node) for node in range(brokers)]
        )

    async def _bootstrap(self, *_: Any) -> None:
        self.attempts.append((self.now, -1))
        if not self.there:
            raise KafkaConnectionError("away")

    async def beginning(self, found: list[float]) -> None:
        """Make one client after the other, as who begins anew does."""
        while True:
            try:
                await PatientClient().bootstrap()
                found.append(self.now)
            except KafkaConnectionError:
                pass
            await self.sleep(ASK_SECONDS)

    async def pass_seconds(self, seconds: float, *loops: Any) -> None:
        tasks = [asyncio.ensure_future(each) for each in loops]
        until = self.now + seconds
        while self.now < until:
            for _ in range(5):
                await asyncio.sleep(0)
            self.now += 0.01
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def asking(self, found: list[float], node: int = 0) -> None:
        while True:
            if await self.client._get_conn(node) is not None:
                found.append(self.now)
            await self.sleep(ASK_SECONDS)


def test_all_loops_of_a_client_together_try_a_broker_that_is_away_once_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def away() -> None:
        world = _World(monkeypatch)
        world.there.clear()
        await world.pass_seconds(5, *[world.asking([]) for _ in range(LOOPS)])
        world.attempts.clear()
        await world.pass_seconds(60, *[world.asking([]) for _ in range(LOOPS)])
        assert 50 <= len(world.attempts) <= 65

    asyncio.run(away())


def test_a_broker_that_is_back_is_found_within_the_longest_wait_by_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def back() -> None:
        world = _World(monkeypatch)
        world.there.clear()
        found: list[list[float]] = [[] for _ in range(LOOPS)]
        loops = [asyncio.ensure_future(world.asking(each)) for each in found]
        await world.pass_seconds(30)
        assert not any(found)
        world.there.add(0)
        returned = world.now
        await world.pass_seconds(LONGEST_SECONDS + 3 * ASK_SECONDS, *loops)
        assert all(found)
        assert max(each[0] for each in found) <= returned + LONGEST_SECONDS + 2 * ASK_SECONDS
        # the next absence begins with short waits again
        world.there.clear()
        world.attempts.clear()
        await world.pass_seconds(4 * FIRST_SECONDS, world.asking([]))
        assert len(world.attempts) >= 2

    asyncio.run(back())


def test_a_broker_that_is_away_keeps_nobody_long_from_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def beside() -> None:
        world = _World(monkeypatch, brokers=3)
        world.there.discard(0)
        await world.pass_seconds(10, world.asking([]))
        begun = world.now
        asked = asyncio.ensure_future(world.client._get_conn(0))
        await world.pass_seconds(BESIDE_OTHERS_SECONDS + 0.05)
        assert asked.done()
        assert world.now < begun + LONGEST_SECONDS
        assert await world.client._get_conn(1) is not None

    asyncio.run(beside())


def test_clients_that_are_made_anew_try_the_servers_once_a_second_until_they_are_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def begin() -> None:
        world = _World(monkeypatch)
        world.there.clear()
        found: list[list[float]] = [[] for _ in range(LOOPS)]
        loops = [asyncio.ensure_future(world.beginning(each)) for each in found]
        await world.pass_seconds(5)
        world.attempts.clear()
        await world.pass_seconds(60)
        assert 50 <= len(world.attempts) <= 65
        world.there.add(0)
        await world.pass_seconds(LONGEST_SECONDS + 3 * ASK_SECONDS, *loops)
        assert all(found)

    asyncio.run(begin())
