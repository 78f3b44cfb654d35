"""How long events wait in a stage is counted by the clock that nobody sets."""

from __future__ import annotations

import asyncio
from random import Random

import pytest
from prometheus_client import REGISTRY

from online_models.journal.batch import BatchBuilder, Kind
from streams.configuration.settings import Settings
from streams.journal import codec
from streams.kafka.surroundings import CURRENT
from streams.pricer import intake
from streams.pricer.intake import PartitionQueue
from streams.pricer.sessions import Sessions
from streams.torture.simulated.light_fold import LightFold
from streams.torture.simulated.loop import Loop
from streams.torture.simulated.world import Shape, World
from tests.streams.pricer import fencing

SETTINGS = Settings(app="shop", bootstrap="simulated:9092", partitions=2, transaction_ms=500)


class Counted:
    """What one stage has counted since this was made."""

    def __init__(self, stage: str) -> None:
        self._labels = {"stage": stage}
        self._before = self._values()

    def _values(self) -> tuple[float, float]:
        found = (
            REGISTRY.get_sample_value(f"pricetide_stage_seconds_{kind}", self._labels)
            for kind in ("count", "sum")
        )
        count, seconds = found
        assert count is not None
        assert seconds is not None
        return count, seconds

    @property
    def since(self) -> tuple[float, float]:
        """How many, and their seconds."""
        count, seconds = self._values()
        return count - self._before[0], seconds - self._before[1]


def test_what_comes_within_a_transaction_s_pace_is_gathered_for_the_next() -> None:
    world = World(Loop(), Random(7), Shape(1, 1, False, SETTINGS, LightFold))
    gathered, written = Counted("gather"), Counted("transaction")

    async def told() -> float:
        CURRENT.set(world.workers[0])
        sessions = Sessions(SETTINGS)
        part = await fencing.take(SETTINGS, sessions, 0)
        begun = world.loop.time()
        for _ in range(3):
            await fencing.say(part, b"x")
        return world.loop.time() - begun

    lasted: float = world.loop.run(told())
    (gathers, waits), (transactions, seconds) = gathered.since, written.since
    assert gathers == transactions == 3
    # two of them wait for the pace
    assert 0.5 < waits < 1.0
    assert waits + seconds == pytest.approx(lasted, rel=0.05)


def record(kind: Kind) -> bytes:
    rows = BatchBuilder()
    rows.add(kind, 0)
    return codec.encode(rows.batch())


def test_only_what_leads_to_something_at_once_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(intake, "monotonic", lambda: now)
    waited = Counted("wait")

    async def run() -> None:
        nonlocal now
        queue = PartitionQueue(SETTINGS, 0, lambda _seconds: None)
        queue.open(0)
        await queue.feed(0, record(Kind.CLICK), 0)
        now += 5
        queue.take()
        assert waited.since == (0, 0)
        await queue.feed(1, record(Kind.TICK), 0)
        now += 2
        queue.take()
        queue.offer(2, record(Kind.CLICK), 0)
        queue.take()

    asyncio.run(run())
    assert waited.since == (1, 2)
