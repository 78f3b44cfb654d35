"""When the journal is told how late it is."""

from __future__ import annotations

from typing import Any

import pytest

from online_models.journal.batch import Batch, BatchBuilder, Kind, SourcePartition
from streams.ingest.clock.watermarks import IDLE_AFTER, PACE, SAID_AFTER, Watermarks, with_ticks

HOUR = 3_600_000
START = 1_700_006_400_000
WALL = START + 1000 * HOUR
ORDERS, CLICKS = SourcePartition("orders", 0), SourcePartition("clickstream", 0)


def batch(*events: tuple[SourcePartition, int]) -> Batch:
    rows = BatchBuilder()
    for i, (source, time) in enumerate(events):
        rows.add(Kind.CLICK, time, source, offset=i)
    return rows.batch()


@pytest.fixture
def marks() -> Watermarks:
    found = Watermarks()
    found.assign({ORDERS, CLICKS}, WALL)
    return found


def test_nothing_is_told_before_any_event(marks: Watermarks) -> None:
    assert marks.tick(WALL) is None


def test_a_tick_that_was_sent_begins_time_and_moves_none_later(marks: Watermarks) -> None:
    for source in (ORDERS, CLICKS):
        marks.caught_up(source, WALL + IDLE_AFTER)
    marks.observe(with_ticks(batch(), [0], [START], []), WALL)
    assert (marks.tick(WALL + PACE) or (0, []))[0] == START + PACE
    marks.observe(with_ticks(batch(), [0], [START + HOUR], []), WALL)
    assert (marks.tick(WALL + 2 * PACE) or (0, []))[0] == START + 2 * PACE


def test_it_is_said_once_that_no_event_has_come(
    marks: Watermarks, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO"):
        for wall in (WALL, WALL + SAID_AFTER - 1):
            marks.tick(wall)
        assert not caplog.records
        for wall in (WALL + SAID_AFTER, WALL + SAID_AFTER + 1, WALL + 9 * SAID_AFTER):
            marks.tick(wall)
    (line,) = caplog.messages
    assert "pricetide begin" in line


def test_a_tick_says_what_all_busy_sources_have_passed(marks: Watermarks) -> None:
    marks.observe(batch((ORDERS, START + 9), (CLICKS, START + 5), (ORDERS, START + 2)), WALL)
    time, said = marks.tick(WALL) or (0, [])
    assert time == START + 5
    assert {(m.source, m.time, m.idle) for m in said} == {
        (ORDERS, START + 9, False),
        (CLICKS, START + 5, False),
    }


def test_a_source_that_has_shown_nothing_yet_holds_time_up(marks: Watermarks) -> None:
    marks.observe(batch((ORDERS, START)), WALL)
    assert marks.tick(WALL) is None


def test_a_source_that_is_read_to_its_end_holds_nobody_up(marks: Watermarks) -> None:
    marks.observe(batch((ORDERS, START)), WALL)
    marks.caught_up(CLICKS, WALL + IDLE_AFTER - 1)
    assert marks.tick(WALL) is None
    marks.caught_up(CLICKS, WALL + IDLE_AFTER)
    time, said = marks.tick(WALL + IDLE_AFTER) or (0, [])
    assert time == START
    assert {m.source for m in said if m.idle} == {CLICKS}


def test_an_idle_shop_ages_at_the_pace_of_the_wall_clock(marks: Watermarks) -> None:
    marks.observe(batch((ORDERS, START), (CLICKS, START + 4)), WALL)
    for source in (ORDERS, CLICKS):
        marks.caught_up(source, WALL + IDLE_AFTER)
    assert (marks.tick(WALL + 5000) or [0])[0] == START + 4 + 5000
    marks.observe(batch((ORDERS, START + 7000)), WALL + 6000)
    assert (marks.tick(WALL + 7000) or [0])[0] == START + 7000


def test_between_hours_ticks_come_at_a_pace_and_at_an_hour_at_once(marks: Watermarks) -> None:
    def told(time: int, wall: int) -> bool:
        marks.observe(batch((ORDERS, time), (CLICKS, time)), wall)
        return marks.tick(wall) is not None

    assert told(START, WALL)
    assert not told(START + 1, WALL + PACE - 1)
    assert told(START + 2, WALL + PACE)
    assert told(START + HOUR, WALL + PACE + 1)
    assert not told(START + HOUR, WALL + 9 * PACE)


def test_time_never_runs_back_when_a_source_joins(marks: Watermarks) -> None:
    marks.observe(batch((ORDERS, START), (CLICKS, START)), WALL)
    assert marks.tick(WALL) is not None
    joined = SourcePartition("orders", 1)
    marks.assign({ORDERS, CLICKS, joined}, WALL)
    marks.observe(batch((joined, START - HOUR)), WALL + 9 * PACE)
    assert marks.tick(WALL + 9 * PACE) is None


def test_a_source_that_left_holds_nobody_up(marks: Watermarks) -> None:
    marks.observe(batch((ORDERS, START), (CLICKS, START - HOUR)), WALL)
    marks.assign({ORDERS}, WALL)
    assert (marks.tick(WALL) or [0])[0] == START


def test_a_successor_goes_on_from_the_last_tick_of_whoever_ran_before() -> None:
    marks = Watermarks((START, WALL))
    marks.assign({ORDERS}, WALL + 50)
    marks.caught_up(ORDERS, WALL + 50 + IDLE_AFTER)
    assert (marks.tick(WALL + 5000) or [0])[0] == START + 5000


def test_ticks_go_between_the_events_where_they_are_due() -> None:
    events: Any = batch((ORDERS, START), (ORDERS, START + 1))
    told = with_ticks(events, [0, 1, 2], [7, 8, 9], [])
    assert told.kind.tolist() == [4, 1, 4, 1, 4]
    assert told.time.tolist() == [7, START, 8, START + 1, 9]
    assert told.source.tolist() == [-1, 0, -1, 0, -1]
