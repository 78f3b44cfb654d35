from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from streams.apply import applier as module
from streams.apply.applier import Applier, pause
from streams.apply.target import Answer, AwayError
from streams.client import Change
from tests.streams.client.test_prices import change


class Feed:
    """Hands over rounds of changes, and writes down what is answered."""

    def __init__(self, *rounds: list[Change]) -> None:
        self.rounds = list(rounds)
        self.told: list[tuple[str, str]] = []

    async def take(self, wait_ms: int = 0) -> list[Change]:
        await asyncio.sleep(0)
        return self.rounds.pop(0) if self.rounds else []

    async def at_end(self) -> bool:
        return not self.rounds

    async def acknowledge(self, change: Change, *, at: int) -> None:
        self.told.append((change.decision_id, "applied"))

    async def reject(self, change: Change, reason: str, *, at: int) -> None:
        self.told.append((change.decision_id, reason))

    def skip(self, change: Change) -> None:
        self.told.append((change.decision_id, "skipped"))


class Shop:
    """Answers as it is told; then it applies everything."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[list[str]] = []

    async def apply(self, changes: Sequence[Change]) -> Mapping[str, Answer]:
        self.calls.append([change.decision_id for change in changes])
        answer = self.answers.pop(0) if self.answers else {}
        if isinstance(answer, AwayError):
            raise answer
        return {change.decision_id: Answer("applied") for change in changes} | answer


def applied(feed: Feed, shop: Shop, batch: int = 10) -> list[str]:
    """Runs until all is answered; returns what was said."""
    said: list[str] = []
    running = Applier(feed, shop, batch, said.append)  # type: ignore[arg-type]
    asyncio.run(asyncio.wait_for(running.run(asyncio.Event(), once=True), 30))
    return said


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "pause", lambda tries: 0.0)


def test_changes_go_in_batches_and_are_acknowledged() -> None:
    feed, shop = Feed([change(1, sku=sku, decision_id=sku) for sku in "abcde"]), Shop()
    applied(feed, shop, batch=2)
    assert shop.calls == [["a", "b"], ["c", "d"], ["e"]]
    assert feed.told == [(sku, "applied") for sku in "abcde"]


def test_a_newer_revision_takes_the_place_of_one_that_waits() -> None:
    feed = Feed([change(1), change(2)], [change(3)])
    shop = Shop(AwayError("503"))
    applied(feed, shop)
    assert shop.calls == [["d2"], ["d3"]]
    assert feed.told == [("d1", "skipped"), ("d2", "skipped"), ("d3", "applied")]


def test_a_part_that_is_not_taken_is_sent_again_and_the_rest_is_not() -> None:
    feed = Feed([change(1, sku=sku, decision_id=sku) for sku in "abc"])
    shop = Shop({"b": Answer("again")})
    applied(feed, shop)
    assert shop.calls == [["a", "b", "c"], ["b"]]
    assert feed.told == [("a", "applied"), ("c", "applied"), ("b", "applied")]


def test_a_rejected_change_is_answered_with_its_reason_and_said() -> None:
    feed, shop = Feed([change(1)]), Shop({"d1": Answer("rejected", "not sold here")})
    (said,) = applied(feed, shop)
    assert feed.told == [("d1", "not sold here")]
    assert "not sold here" in said


def test_a_shop_that_is_away_is_said_to_be_and_to_be_back() -> None:
    feed, shop = Feed([change(1)]), Shop(AwayError("503"), AwayError("503"))
    said = applied(feed, shop)
    assert len(shop.calls) == 3
    assert ["503" in line for line in said] == [True, True, False]


def test_a_shop_that_names_a_time_is_left_alone_until_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(module.time, "monotonic", lambda: now)
    feed = Feed([change(1)])
    shop = Shop(AwayError("429", seconds=7))
    stop = asyncio.Event()

    async def run() -> None:
        nonlocal now
        running = Applier(feed, shop, 10, lambda line: None)  # type: ignore[arg-type]
        work = asyncio.create_task(running.run(stop, once=False))
        for moment, calls in ((100.0, 1), (106.9, 1), (107.0, 2)):
            now = moment
            for _ in range(20):
                await asyncio.sleep(0)
            assert len(shop.calls) == calls
        stop.set()
        await work

    asyncio.run(run())
    assert feed.told == [("d1", "applied")]


def test_the_pause_grows_to_a_minute_and_not_further() -> None:
    assert 0.5 <= pause(1) <= 1.0
    assert 4.0 <= pause(4) <= 8.0
    assert 30.0 <= pause(1000) <= 60.0
