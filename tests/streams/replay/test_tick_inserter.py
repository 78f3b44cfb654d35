from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from online_models.journal.batch import Batch, BatchBuilder, Kind, SourcePartition
from streams.replay.tick_inserter import TickInserter

HOUR = 3_600_000
START = 1_700_006_400_000 // HOUR * HOUR


def clicks(times: list[int]) -> Batch:
    rows = BatchBuilder()
    for i, time in enumerate(times):
        rows.add(Kind.CLICK, time, SourcePartition("clickstream", 0), offset=i)
    return rows.batch()


def told(times: list[int], cuts: list[int]) -> list[tuple[int, int]]:
    inserter, events = TickInserter(), []
    edges = [0, *(c for c in cuts if c < len(times)), len(times)]
    for low, high in pairwise(edges):
        batch = inserter.insert(clicks(times[low:high]))
        events += list(zip(batch.kind.tolist(), batch.time.tolist(), strict=True))
    end = inserter.end(inserter.latest)
    return events + list(zip(end.kind.tolist(), end.time.tolist(), strict=True))


TIMES = st.lists(st.integers(START, START + 5 * HOUR), min_size=1, max_size=12)


@given(TIMES, st.sets(st.integers(1, 11)))
def test_ticks_do_not_depend_on_rounds(times: list[int], cuts: set[int]) -> None:
    assert told(times, sorted(cuts)) == told(times, [])


@given(TIMES)
def test_a_tick_stands_before_the_first_event_of_every_new_hour(times: list[int]) -> None:
    *events, last = told(times, [])
    assert last == (Kind.TICK, max(times))
    assert [time for kind, time in events if kind == Kind.CLICK] == times
    latest = times[0]
    for kind, time in events:
        if kind == Kind.TICK:
            assert time % HOUR == 0
            assert time // HOUR > latest // HOUR
            latest = time
        else:
            assert time // HOUR <= max(latest, times[0]) // HOUR
            latest = max(latest, time)


def test_what_tells_no_time_gets_no_tick() -> None:
    inserter = TickInserter()
    assert len(inserter.insert(BatchBuilder().batch())) == 0
    assert len(inserter.end(START)) == 0


def test_what_ends_in_a_gap_of_the_recording_ends_at_its_midnight() -> None:
    day = 24 * HOUR
    midnight = START // day * day
    events = told([midnight + HOUR, midnight + 3 * day + 5 * HOUR + 7], [1])
    ticks = [time - midnight for kind, time in events[:-1] if kind == Kind.TICK]
    assert ticks == [day, 2 * day, 3 * day, 3 * day + 5 * HOUR]
