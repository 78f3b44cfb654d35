"""Sessions in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

import pytest

from streams.configuration.settings import Settings
from streams.kafka.surroundings import CURRENT, monotonic
from streams.pricer.sessions import Session, Sessions
from streams.torture.simulated.light_fold import LightFold
from streams.torture.simulated.loop import Loop
from streams.torture.simulated.world import Shape, World
from tests.streams.pricer import fencing

Story = Callable[[Settings], Awaitable[list[bytes]]]
SETTINGS = Settings(app="shop", bootstrap="simulated:9092", partitions=2, transaction_ms=500)


@pytest.fixture
def world() -> World:
    return World(Loop(), Random(7), Shape(1, 1, False, SETTINGS, LightFold))


def run(world: World, story: Story) -> list[bytes]:
    async def told() -> list[bytes]:
        CURRENT.set(world.workers[0])
        return await story(SETTINGS)

    found: list[bytes] = world.loop.run(told())
    return found


def said(world: World) -> list[bytes]:
    logs = world.cluster.topics[fencing.TOPIC].logs
    return [record.value or b"" for log in logs for record in log.committed()]


@pytest.mark.parametrize("story", fencing.STORIES)
def test_only_who_has_a_partition_publishes_for_it(world: World, story: Story) -> None:
    assert run(world, story) == said(world)


def test_partitions_that_speak_at_once_share_a_transaction(world: World) -> None:
    async def together(settings: Settings) -> list[bytes]:
        sessions = Sessions(settings)
        parts = [await fencing.take(settings, sessions, partition) for partition in (0, 1)]
        await asyncio.gather(*[fencing.say(part, b"x") for part in parts])
        return []

    run(world, together)
    records = [r for log in world.cluster.topics[fencing.TOPIC].logs for r in log.committed()]
    assert len(records) == 2
    assert len({record.transaction for record in records}) == 1


@pytest.mark.parametrize(("delivery", "waits"), [("exactly-once", True), ("at-least-once", False)])
def test_only_transactions_keep_a_distance(world: World, delivery: str, waits: bool) -> None:
    async def twice(settings: Settings) -> list[bytes]:
        chosen = Settings(**{**settings.model_dump(), "delivery": delivery})
        part = await fencing.take(chosen, Sessions(chosen), 0)
        await fencing.say(part, b"1")
        begun = monotonic()
        await fencing.say(part, b"2")
        assert (monotonic() - begun > 0.4) is waits
        return []

    run(world, twice)


def test_who_gives_up_while_outputs_are_on_their_way_ends_the_session(world: World) -> None:
    async def give_up(settings: Settings) -> list[bytes]:
        sessions = Sessions(settings)
        part = await fencing.take(settings, sessions, 0)
        session: Session = await sessions.current()
        saying = asyncio.ensure_future(fencing.say(part, b"x"))
        while not session._under_way:
            await asyncio.sleep(0.0001)
        saying.cancel()
        await asyncio.wait([saying])
        assert session.failed is not None
        assert await sessions.current() is not session
        return []

    run(world, give_up)


def test_who_gives_up_before_that_has_said_nothing(world: World) -> None:
    async def give_up(settings: Settings) -> list[bytes]:
        sessions = Sessions(settings)
        part = await fencing.take(settings, sessions, 0)
        await fencing.say(part, b"1")  # the next transaction keeps its distance
        saying = asyncio.ensure_future(fencing.say(part, b"never"))
        await asyncio.sleep(0)
        saying.cancel()
        await asyncio.wait([saying])
        await fencing.say(part, b"2")
        return [b"1", b"2"]

    assert run(world, give_up) == said(world)
