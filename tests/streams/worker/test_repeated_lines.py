"""What is said again and again is said once a minute, with how often it was held back."""

from __future__ import annotations

import logging

import pytest

from streams.worker import repeated_lines
from streams.worker.repeated_lines import SAY_SECONDS, RepeatedLines


class Clock:
    """Stands for the monotonic clock."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(repeated_lines, "time", clock)
    return clock


def line(name: str, number: int, *args: object, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord(
        name, level, "module.py", number, "node %s" if args else "x", args, None
    )


def test_a_librarys_line_passes_once_a_minute_whatever_it_is_about(clock: Clock) -> None:
    lines = RepeatedLines()
    passed = []
    for second in range(int(2 * SAY_SECONDS) + 1):
        clock.now = float(second)
        record = line("aiokafka.client", 7, second)
        if lines.filter(record):
            passed.append(record.getMessage())
    assert passed == [
        "node 0",
        "node 60 (59 like it were held back)",
        "node 120 (59 like it were held back)",
    ]


def test_other_places_have_their_own_minute(clock: Clock) -> None:
    lines = RepeatedLines()
    assert lines.filter(line("faust", 1))
    assert lines.filter(line("faust", 2))
    assert not lines.filter(line("faust", 1, level=logging.ERROR))


def test_our_own_warnings_count_for_each_thing_that_they_are_about(clock: Clock) -> None:
    lines = RepeatedLines()
    assert lines.filter(line("streams.pricer.partition", 1, 0))
    assert lines.filter(line("streams.pricer.partition", 1, 1))
    assert not lines.filter(line("streams.pricer.partition", 1, 0))


@pytest.mark.parametrize(
    ("name", "level"), [("aiokafka", logging.INFO), ("streams.kafka.app", logging.CRITICAL)]
)
def test_what_is_no_warning_of_a_library_always_passes(clock: Clock, name: str, level: int) -> None:
    lines = RepeatedLines()
    assert all(lines.filter(line(name, 1, level=level)) for _ in range(3))
