"""What is told of workers: their lag, whose partitions, and how long ago the oldest record came."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import Any

import pytest
from kafka import TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import GroupAuthorizationFailedError
from kafka.structs import OffsetAndMetadata, OffsetAndTimestamp

from streams.configuration.settings import Settings
from streams.kafka.clients import CLIENT_ID
from streams.web import worker_watch as module
from streams.web.worker_watch import WorkerWatch

JOURNAL = TopicPartition("pricing-journal", 0)


class Cluster:
    """A journal of one partition, and a worker that has done some of it."""

    def __init__(self) -> None:
        self.end, self.done = 10, 10
        self.refuses = False

    def describe_topics(self, topics: list[str]) -> list[dict[str, Any]]:
        partitions = [{"partition_index": 0}]
        return [
            {
                "name": name,
                "error_code": 0 if name == JOURNAL.topic else 3,
                "partitions": partitions,
            }
            for name in topics
        ]

    def list_partition_offsets(self, wanted: dict[TopicPartition, Any]) -> dict[Any, Any]:
        return {
            place: OffsetAndTimestamp(0 if which == OffsetSpec.EARLIEST else self.end, None, None)
            for place, which in wanted.items()
        }

    def describe_groups(self, groups: list[str]) -> dict[str, Any]:
        if self.refuses:
            raise GroupAuthorizationFailedError("not you")
        assigned = {"assigned_partitions": [{"topic": JOURNAL.topic, "partitions": [0]}]}
        member = {
            "client_id": CLIENT_ID,
            "client_host": "/10.0.0.7",
            "member_assignment": assigned,
        }
        working = {"group_state": "Stable", "members": [member]}
        return {name: working if name == "pricetide" else {"members": []} for name in groups}

    def list_group_offsets(self, groups: list[str]) -> dict[str, Any]:
        return {"pricetide": {JOURNAL: OffsetAndMetadata(self.done, "", None)}}

    def close(self) -> None:
        pass


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Cluster:
    made = Cluster()
    monkeypatch.setattr(module, "reach", lambda _: made)
    return made


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def test_a_record_that_waits_is_as_old_as_the_look_that_did_not_find_it(
    cluster: Cluster, clock: list[float]
) -> None:
    workers = WorkerWatch(Settings(bootstrap="nowhere:1"))
    workers.ask()
    assert [(role.name, role.lag) for role in workers.roles] == [("ingest", 0), ("price", 0)]
    for clock[0], cluster.end in ((105.0, 12), (110.0, 12)):
        workers.ask()
    price = workers.roles[1]
    assert (price.lag, price.delay_seconds, price.delay_at_least) == (2, 10.0, False)
    cluster.done = 12
    workers.ask()
    assert workers.roles[1].delay_seconds == 0.0


def test_what_waited_before_the_first_look_is_older_than_that(
    cluster: Cluster, clock: list[float]
) -> None:
    cluster.done = 3
    workers = WorkerWatch(Settings(bootstrap="nowhere:1"))
    for clock[0] in (100.0, 130.0):
        workers.ask()
    price = workers.roles[1]
    assert (price.lag, price.delay_seconds, price.delay_at_least) == (7, 30.0, True)


def test_a_worker_is_told_by_its_host_its_release_and_its_partitions(cluster: Cluster) -> None:
    workers = WorkerWatch(Settings(bootstrap="nowhere:1"))
    workers.ask()
    (process,) = workers.roles[1].workers
    assert (process.host, process.partitions) == ("10.0.0.7", 1)
    assert f"pricetide-{process.release}" == CLIENT_ID
    assert workers.roles[0].workers == []


def test_what_kafka_does_not_tell_is_said(cluster: Cluster) -> None:
    cluster.refuses = True
    workers = WorkerWatch(Settings(bootstrap="nowhere:1"))
    workers.ask()
    assert workers.roles == ()
    assert "not you" in workers.problem


def test_nobody_who_stops_waits_for_an_answer_and_no_client_is_closed_beneath_a_question(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answered, closed = threading.Event(), threading.Event(), threading.Event()

    def hang(_: list[str]) -> list[dict[str, Any]]:
        asked.set()
        assert answered.wait(60)
        assert not closed.is_set()
        return []

    monkeypatch.setattr(cluster, "describe_topics", hang)
    monkeypatch.setattr(cluster, "close", closed.set)

    async def stop_while_asked() -> None:
        watching = asyncio.create_task(WorkerWatch(Settings(bootstrap="nowhere:1")).run())
        while not asked.is_set():
            await asyncio.sleep(0.001)
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching

    asyncio.run(stop_while_asked())
    assert not closed.is_set()
    answered.set()
    assert closed.wait(60)
