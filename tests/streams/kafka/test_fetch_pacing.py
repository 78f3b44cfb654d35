"""Fetches leave at a pace, wait long where they ask for all, and forget no partition."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition

from streams.kafka import fetch_pacing
from streams.kafka.fetch_pacing import (
    PACE_SECONDS,
    SHORT_WAIT_MS,
    UNHURRIED_SECONDS,
    PacedFetcher,
)

LONG_MS = 500
URGENT, UNHURRIED = TopicPartition("inventory", 0), TopicPartition("clickstream", 0)


class _Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


class _Assignment:
    def __init__(self) -> None:
        self.tps = [URGENT, UNHURRIED]
        self.states = {
            tp: SimpleNamespace(has_valid_position=True, paused=False, position=7, resume_fut=None)
            for tp in self.tps
        }

    def state_value(self, tp: TopicPartition) -> Any:
        return self.states[tp]


class _Asked:
    """What would leave for the only broker now."""

    def __init__(self, fetcher: PacedFetcher, assignment: _Assignment) -> None:
        requests, _, self.timeout, *_ = fetcher._get_actions_per_node(assignment)
        self.left = bool(requests)
        for _, request in requests:
            self.topics = {topic for topic, _ in request.topics}
            self.wait_ms = request._max_wait_ms


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> _Clock:
    clock = _Clock()
    monkeypatch.setattr(fetch_pacing, "time", clock)
    return clock


@pytest.fixture
def fetcher() -> PacedFetcher:
    async def made() -> PacedFetcher:
        cluster = SimpleNamespace(leader_for_partition=lambda _tp: 1)
        client = SimpleNamespace(
            _loop=asyncio.get_running_loop(), cluster=cluster, _metadata_max_age_ms=1000
        )
        waiting = asyncio.get_running_loop().create_future
        subscriptions = SimpleNamespace(
            register_fetch_waiters=lambda _waiters: None,
            subscription=None,
            wait_for_assignment=waiting,
        )
        fetcher = PacedFetcher(client, subscriptions, fetch_max_wait_ms=LONG_MS)
        fetcher._fetch_task.cancel()
        return fetcher

    return asyncio.run(made())


def test_one_fetch_follows_another_at_the_pace(fetcher: PacedFetcher, clock: _Clock) -> None:
    assignment = _Assignment()
    first = _Asked(fetcher, assignment)
    assert (first.left, first.topics, first.wait_ms) == (
        True,
        {"inventory", "clickstream"},
        LONG_MS,
    )
    clock.now += PACE_SECONDS / 4
    second = _Asked(fetcher, assignment)
    assert not second.left
    assert second.timeout == pytest.approx(PACE_SECONDS * 3 / 4)
    clock.now += PACE_SECONDS
    assert _Asked(fetcher, assignment).left


def test_unhurried_topics_are_asked_for_less_often_and_never_forgotten(
    fetcher: PacedFetcher, clock: _Clock
) -> None:
    fetcher.unhurried = frozenset({"clickstream"})
    assignment, asked, times = _Assignment(), [], []
    for _ in range(50):
        if (each := _Asked(fetcher, assignment)).left:
            asked.append(each)
            times += [clock.now] if "clickstream" in each.topics else []
        clock.now += PACE_SECONDS
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert len(gaps) > 3
    assert all(UNHURRIED_SECONDS <= gap <= UNHURRIED_SECONDS + PACE_SECONDS for gap in gaps)
    assert all("inventory" in each.topics for each in asked)
    # a fetch without them comes back in time to ask for them
    assert all(
        each.wait_ms <= 1000 * UNHURRIED_SECONDS
        for each in asked
        if "clickstream" not in each.topics
    )


def test_where_only_unhurried_topics_are_left_nothing_leaves_before_they_are_due(
    fetcher: PacedFetcher, clock: _Clock
) -> None:
    fetcher.unhurried = frozenset({"clickstream", "inventory"})
    assignment = _Assignment()
    assert _Asked(fetcher, assignment).left
    clock.now += 2 * PACE_SECONDS
    early = _Asked(fetcher, assignment)
    assert not early.left
    assert early.timeout == pytest.approx(UNHURRIED_SECONDS - 2 * PACE_SECONDS)


@pytest.mark.parametrize("kind", ["paused", "not taken yet"])
def test_no_fetch_waits_long_while_a_partition_is_not_asked_for(
    fetcher: PacedFetcher, clock: _Clock, kind: str
) -> None:
    assignment = _Assignment()
    if kind == "paused":
        assignment.states[UNHURRIED].paused = True
    else:
        fetcher._records[UNHURRIED] = SimpleNamespace(calculate_backoff=lambda: 0)
    asked = _Asked(fetcher, assignment)
    assert asked.left
    assert asked.wait_ms == SHORT_WAIT_MS
