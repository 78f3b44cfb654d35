"""Journal records reach the fold in order and without a gap, whatever the stream hands over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NoReturn

import pytest
from aiokafka.errors import KafkaConnectionError
from hypothesis import given
from hypothesis import strategies as st

from online_models.journal.batch import BatchBuilder, Kind
from streams.configuration.settings import Settings
from streams.journal import codec
from streams.pricer import intake
from streams.pricer.intake import PartitionQueue
from streams.pricer.journal_reader import LostError

RECORDS = 9


def value(offset: int) -> bytes:
    rows = BatchBuilder()
    rows.add(Kind.TICK, offset)
    return codec.encode(rows.batch())


class Journal:
    """What a reader of its own finds there; `errors` of Kafka's come first."""

    def __init__(self) -> None:
        self.errors = 0
        self.gone: set[int] = set()
        self.reads: list[int] = []

    async def missing(
        self, _settings: Settings, _partition: int, start: int, end: Callable[[], int]
    ) -> AsyncIterator[Any]:
        self.reads.append(start)
        offset = start
        while offset < end():
            await asyncio.sleep(0)
            if self.errors:
                self.errors -= 1
                raise KafkaConnectionError
            if offset in self.gone:
                raise LostError(f"no record {offset}")
            yield type("Record", (), {"offset": offset, "value": value(offset), "timestamp": 0})
            offset += 1


@pytest.fixture
def journal(monkeypatch: pytest.MonkeyPatch) -> Journal:
    found = Journal()
    monkeypatch.setattr(intake, "missing", found.missing)
    monkeypatch.setattr(intake, "RETRY_SECONDS", 0)
    return found


def taken(intake: PartitionQueue) -> list[int]:
    """Which records have come, in order."""
    times = []
    while len(intake):
        batches, _ = intake.take()
        times += [int(time) for batch in batches for time in batch.time]
    return times


def run(play: Callable[[PartitionQueue], Awaitable[None]]) -> list[int]:
    async def whole() -> list[int]:
        intake = PartitionQueue(Settings(bootstrap="nowhere:1"), 0, lambda _: None)
        await play(intake)
        for _ in range(100):
            await asyncio.sleep(0)
        found = taken(intake)
        await intake.close()
        return found

    return asyncio.run(whole())


async def feed(intake: PartitionQueue, *offsets: int) -> None:
    for offset in offsets:
        await intake.feed(offset, value(offset), 0)


def test_what_comes_twice_is_skipped(journal: Journal) -> None:
    async def play(intake: PartitionQueue) -> None:
        intake.open(2)
        await feed(intake, 0, 1, 2, 3, 2, 3, 4)

    assert run(play) == [2, 3, 4]
    assert not journal.reads


@pytest.mark.parametrize("errors", [0, 3])
def test_what_the_stream_passed_over_is_read(journal: Journal, errors: int) -> None:
    journal.errors = errors

    async def play(intake: PartitionQueue) -> None:
        intake.open(0)
        await feed(intake, 6)  # as after a rebalance amid a backlog
        await feed(intake, 7, 8)

    assert run(play) == list(range(RECORDS))
    assert journal.reads == [0] * (errors + 1)


@pytest.mark.parametrize("turns", range(8))
def test_the_stream_may_go_on_beside_the_reading(journal: Journal, turns: int) -> None:
    async def play(intake: PartitionQueue) -> None:
        intake.open(0)
        await feed(intake, 3)
        for _ in range(turns):
            await asyncio.sleep(0)
        await feed(intake, *range(4, RECORDS))

    assert run(play) == list(range(RECORDS))


def test_what_came_while_the_partition_recovered_is_read_then(journal: Journal) -> None:
    async def play(intake: PartitionQueue) -> None:
        intake.open(0)
        await feed(intake, 0, 1, 2, 3)
        await intake.close()
        intake.clear()
        await feed(intake, 4, 5)
        intake.open(2)  # 0 and 1 were committed
        await feed(intake, 6, 7, 8)

    assert run(play) == list(range(2, RECORDS))


@given(st.lists(st.booleans(), min_size=RECORDS, max_size=RECORDS), st.integers(0, RECORDS))
def test_each_record_is_taken_once_whichever_way_comes_first(
    written_here: list[bool], lag: int
) -> None:
    """The stream brings all, some `lag` records behind those that are handed on."""

    async def play(intake: PartitionQueue) -> None:
        intake.open(0)
        for offset in range(RECORDS + lag):
            if offset < RECORDS and written_here[offset]:
                intake.offer(offset, value(offset), 0)
            if offset >= lag:
                await feed(intake, offset - lag)

    assert run(play) == list(range(RECORDS))


def test_what_is_handed_on_out_of_turn_is_left_to_the_stream(journal: Journal) -> None:
    async def play(intake: PartitionQueue) -> None:
        intake.offer(0, value(0), 0)  # not recovered yet
        intake.open(1)
        intake.offer(0, value(0), 0)  # committed already
        intake.offer(2, value(2), 0)  # somebody else wrote 1
        assert not intake.has(1)
        await feed(intake, 1)
        intake.offer(2, value(2), 0)
        assert intake.has(2)

    assert run(play) == [1, 2]
    assert not journal.reads


def test_what_is_not_there_any_more_ends_the_worker(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    def die(why: str, error: BaseException) -> NoReturn:
        said.append(f"{why}: {error}")
        raise SystemExit

    monkeypatch.setattr(intake, "die", die)
    journal.gone = {2}

    async def play(intake: PartitionQueue) -> None:
        intake.open(0)
        await feed(intake, 0, 1, 3)

    with pytest.raises(SystemExit):
        run(play)
    assert said == ["partition 0 cannot go on: no record 2"]
