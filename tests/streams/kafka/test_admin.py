"""Topics are provided also where Kafka takes its time."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import pytest
from kafka.errors import (
    KafkaError,
    KafkaTimeoutError,
    RequestTimedOutError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)

from schemas.topics import TOPICS
from streams.kafka import admin
from streams.kafka.admin import TopicsError, provide_topics

ORDERS = TOPICS["orders"]


class Admin:
    """An administrator who answers after some errors; `refused` are those of a creation."""

    def __init__(self, errors: Sequence[KafkaError], refused: Sequence[int] = ()) -> None:
        self._errors, self._refused = [*errors], [*refused]
        self._there = False
        self.asked = 0
        self.closed = False

    def describe_topics(self, names: list[str]) -> list[dict[str, Any]]:
        self.asked += 1
        if self._errors:
            raise self._errors.pop(0)
        code = 0 if self._there else UnknownTopicOrPartitionError.errno
        return [{"name": name, "error_code": code, "partitions": [{}, {}]} for name in names]

    def create_topics(self, options: dict[str, Any], **_: Any) -> dict[str, Any]:
        code = self._refused.pop(0) if self._refused else 0
        self._there = True  # an answer that is late says nothing else
        return {
            "topics": [{"name": n, "error_code": code, "error_message": "late"} for n in options]
        }

    def wait_for_topics(self, names: list[str]) -> None: ...

    def close(self) -> None:
        self.closed = True


class Clock:
    """Time that passes only where somebody sleeps; each question takes half a minute."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += 30.0 + seconds

    def monotonic(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admin, "time", Clock())


def provided(monkeypatch: pytest.MonkeyPatch, there: Admin) -> tuple[str, ...]:
    monkeypatch.setattr(admin, "reach", lambda _client: there)
    return provide_topics({"bootstrap_servers": "nowhere:1"}, [ORDERS], partitions=2)


def test_who_answers_late_is_asked_again_and_that_is_said_once_a_minute(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    there = Admin([KafkaTimeoutError() for _ in range(5)])
    assert provided(monkeypatch, there) == ("orders",)
    assert there.asked == 6
    assert there.closed
    assert [line.partition(":")[0] for line in caplog.messages] == [
        "waits for Kafka to say which topics there are"
    ] * 3


def test_who_does_not_answer_for_minutes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Admin([KafkaTimeoutError() for _ in range(99)])
    with pytest.raises(TopicsError, match="Kafka refused"):
        provided(monkeypatch, there)
    assert there.asked * 31.0 > admin.PATIENCE_SECONDS
    assert there.closed


def test_a_topic_whose_creation_is_answered_late_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Admin([], [RequestTimedOutError.errno])
    assert provided(monkeypatch, there) == ()
    assert there.asked == 2


def test_what_is_forbidden_is_not_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    there = Admin([TopicAuthorizationFailedError()])
    with pytest.raises(TopicsError):
        provided(monkeypatch, there)
    assert there.asked == 1
