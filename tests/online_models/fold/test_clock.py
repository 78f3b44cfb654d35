"""Whose time it is: forced ticks, and the least that all busy sources have passed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from online_models.fold.clock import Clock
from online_models.journal.batch import SourcePartition, Watermark
from online_models.persistence.saved import restore, save

HOUR = 3_600_000
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
Fold = Callable[..., Any]
SOURCES = [
    SourcePartition("orders", 0),
    SourcePartition("orders", 1),
    SourcePartition("clickstream", 0),
]

marks = st.lists(
    st.tuples(st.sampled_from(SOURCES), st.integers(1, 10), st.booleans()), min_size=1, max_size=9
)


@given(st.lists(st.tuples(marks, st.integers(1, 12), st.booleans()), max_size=8))
def test_the_watermark_is_the_least_of_the_busy_sources_and_never_falls(steps: list) -> None:
    clock, told, highest = Clock(), {}, 0
    for said, time, forced in steps:
        clock.observe([Watermark(*mark) for mark in said])
        for source, at, idle in said:
            told[source] = (max(at, told.get(source, (0, idle))[0]), idle)
        busy = [at for at, idle in told.values() if not idle]
        clock.tick(time, forced)
        highest = max(highest, time if forced else min([time, *busy]))
        assert clock.watermark == highest
        assert clock.now >= clock.watermark
        clock = restore(Clock(), save(clock))


def closed(result: Any) -> int:
    return len(result.values("demand-observations"))


def ticked(journal: Any, forced: bool) -> Any:
    journal.product()
    journal.tick(START)
    journal.order(START + 10)
    journal.tick(START + 3 * HOUR, forced=forced)
    return journal


def test_a_source_that_lags_keeps_buckets_open(journal: Any, run: Fold) -> None:
    batch = ticked(journal, forced=False).batch([Watermark(SOURCES[0], START + 5, False)])
    assert closed(run(batch, window_ms=HOUR, lateness_ms=0)) == 0


def test_an_idle_source_holds_nobody_up(journal: Any, run: Fold) -> None:
    batch = ticked(journal, forced=False).batch([Watermark(SOURCES[0], START + 5, True)])
    assert closed(run(batch, window_ms=HOUR, lateness_ms=0)) == 2


def test_a_forced_tick_waits_for_nobody(journal: Any, run: Fold) -> None:
    batch = ticked(journal, forced=True).batch([Watermark(SOURCES[0], START + 5, False)])
    assert closed(run(batch, window_ms=HOUR, lateness_ms=0)) == 2


def test_events_that_run_ahead_close_nothing(journal: Any, run: Fold) -> None:
    journal.product()
    journal.tick(START)
    journal.order(START + 9 * HOUR)
    journal.tick(START + 1)
    assert closed(run(journal, window_ms=HOUR, lateness_ms=0)) == 0


def test_a_record_without_a_time_does_not_tell_one(journal: Any, run: Fold) -> None:
    journal.product()
    journal.control(-1, kind="pause", select={})
    result = run(journal)
    assert not result.fold.state.clock.running
    assert result.outputs == []


def test_offers_that_appear_before_any_time_is_told_are_priced_at_the_first_that_is(
    journal: Any, run: Fold
) -> None:
    journal.product("a")
    journal.product("b")
    assert run(journal).outputs == []
    journal.click(START + 7, "b")
    decisions = run(journal).values("price-decisions")
    assert sorted(d["sku"] for d in decisions) == ["a", "b"]
    assert {d["time"] for d in decisions} == {"2023-11-15T00:00:00.007Z"}


def prices_observed(journal: Any, run: Fold, second_ack: int) -> list[str]:
    """What is observed of two days: a sale each, the second price acknowledged between them."""
    journal.product()
    journal.ack(START, sequence=0, price="10.00")
    journal.order(START + 6 * HOUR)
    journal.ack(second_ack, sequence=0, price="14.00")
    journal.order(START + DAY)
    journal.tick(START + 3 * DAY + 1)
    observed = run(journal, observe_only=True).values("demand-observations")
    return [o["price"] for o in observed]


def test_a_price_holds_from_the_instant_at_which_its_shop_showed_it(
    journal: Any, run: Fold
) -> None:
    """Nothing else tells the time between the last sale under one price and the next price."""
    assert prices_observed(journal, run, START + 18 * HOUR)[:2] == ["11.00", "14.00"]


def test_a_shop_that_lives_in_another_time_does_not_move_the_clock(journal: Any, run: Fold) -> None:
    assert prices_observed(journal, run, START + 3650 * DAY) == ["13.00", "14.00"]


def test_promotions_begin_and_end_at_their_own_instants_however_seldom_time_is_told(
    journal: Any, run: Fold
) -> None:
    journal.product()
    journal.order(START)
    times = {"starts_at": START + DAY + 6 * HOUR, "ends_at": START + 2 * DAY + 12 * HOUR}
    terms = {"select": {}, "discount": {"percent": "0%"}, "attributes": {"display": 1}}
    journal.promotion("p", START, **times, **terms)
    journal.order(START + 5 * DAY)
    journal.tick(START + 7 * DAY)
    observed = run(journal, observe_only=True).values("demand-observations")
    assert [o["features"]["display"] for o in observed[:4]] == [0.0, 0.75, 0.5, 0.0]
