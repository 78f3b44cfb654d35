"""Demand per interval: when it closes, what it says, silence included."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from online_models.demand.settings import DemandSettings
from online_models.journal.batch import Status
from online_models.windows.demand_windows import DemandWindows
from online_models.windows.signals import Signal
from online_models.windows.tumbling import LONGEST_SILENCE
from schemas.values.instants import to_ms, to_text

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
START = 1_700_006_400_000 // DAY * DAY
Fold = Callable[..., Any]
few = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def opened(journal: Any, sku: str = "a", at: int = START, **fields: Any) -> Any:
    journal.product(sku, at, **fields)
    journal.tick(at)
    return journal


@pytest.mark.parametrize(("bucket", "lateness"), [(HOUR, HOUR), (DAY, DAY)], ids=["hours", "days"])
def test_a_bucket_closes_at_the_first_tick_later_than_its_end_plus_the_default_lateness(
    journal: Any, run: Fold, bucket: int, lateness: int
) -> None:
    opened(journal).order(START + 1, quantity=3)
    journal.tick(START + bucket + lateness)
    assert run(journal, window_ms=bucket).values("demand-observations") == []
    journal.tick(START + bucket + lateness + 1)
    (observation,) = run(journal, window_ms=bucket).values("demand-observations")
    assert observation["units"] == 3
    assert observation["bucket_start"] == to_text(START)
    assert observation["bucket_end"] == to_text(START + bucket)


def test_weeks_begin_with_the_day_of_the_first_event_whatever_its_weekday(
    journal: Any, run: Fold, restarted: Callable[[Any], Any]
) -> None:
    journal.product("a", START)
    friday = START + 2 * DAY
    for day in range(14):
        journal.order(friday + day * DAY + 3 * HOUR, order=str(day), quantity=1 + day // 7)
    journal.tick(friday + 15 * DAY + 1)
    batch = journal.batch()
    begun = run(batch.take(slice(0, 9)), window_ms=7 * DAY)
    found = restarted(begun).feed(batch.take(slice(9, len(batch)))).values("demand-observations")
    assert [(v["bucket_start"], v["units"]) for v in found] == [
        (to_text(friday), 7),
        (to_text(friday + 7 * DAY), 14),
    ]


@pytest.mark.parametrize("ahead", [9 * HOUR, -5 * HOUR, 5 * HOUR + 30 * MINUTE])
@pytest.mark.parametrize("length", [HOUR, DAY, 7 * DAY], ids=["hours", "days", "weeks"])
def test_intervals_begin_by_the_clock_of_the_shop(
    journal: Any, run: Fold, restarted: Callable[[Any], Any], ahead: int, length: int
) -> None:
    midnight = START + DAY - ahead
    opened(journal, at=midnight + 1)
    journal.order(midnight + 1, order="first", quantity=1)
    journal.order(midnight + length - 1, order="last", quantity=2)
    journal.order(midnight + length, order="next", quantity=4)
    journal.tick(midnight + 2 * length + 1)
    journal.tick(midnight + 3 * length + 1)
    demand, batch = DemandSettings(utc_offset_ms=ahead), journal.batch()
    begun = run(batch.take(slice(0, 4)), window_ms=length, lateness_ms=0, demand=demand)
    result = restarted(begun).feed(batch.take(slice(4, len(batch))))
    found = result.values("demand-observations")
    assert [(v["bucket_start"], v["units"]) for v in found] == [
        (to_text(midnight), 3),
        (to_text(midnight + length), 4),
        (to_text(midnight + 2 * length), 0),
    ]


def test_offers_without_a_sale_are_observed_in_every_bucket(journal: Any, run: Fold) -> None:
    opened(journal)
    journal.tick(START + 5 * HOUR + 1)
    found = run(journal, window_ms=HOUR, lateness_ms=0).values("demand-observations")
    assert [v["bucket_start"] for v in found] == [to_text(START + k * HOUR) for k in range(5)]
    assert {(v["units"], v["views"], v["price"]) for v in found} == {(0, 0, "10.00")}


def test_silence_is_observed_although_nothing_was_ever_sold(journal: Any, run: Fold) -> None:
    opened(journal)
    for day in range(1, 6):
        journal.tick(START + day * DAY + 1)
    assert len(run(journal, lateness_ms=0).values("demand-observations")) == 5


def test_an_outage_longer_than_the_longest_silence_is_told_and_not_learnt(
    journal: Any, run: Fold
) -> None:
    opened(journal).order(START)
    journal.tick(START + 200 * HOUR + 1)
    result = run(journal, window_ms=HOUR, lateness_ms=0)
    found = result.values("demand-observations")
    assert [v["bucket_start"] for v in found] == [
        to_text(START + k * HOUR) for k in (0, *range(199 - LONGEST_SILENCE, 200))
    ]
    (gap,) = result.values("pricing-alerts", kind="feed_gap")
    assert gap["details"]["count"] == 200 - len(found)


def test_no_outage_is_told_where_nothing_was_missed(journal: Any, run: Fold) -> None:
    opened(journal).order(START + 30 * DAY)
    journal.tick(START + 33 * DAY)
    result = run(journal)
    assert result.values("pricing-alerts", kind="feed_gap") == []
    assert len(result.values("demand-observations")) == 31


def test_a_late_event_is_counted_and_changes_nothing(journal: Any, run: Fold) -> None:
    opened(journal).order(START)
    journal.tick(START + HOUR + 1)
    journal.order(START + 5, quantity=7)
    journal.click(START + 5)
    journal.tick(START + 2 * HOUR + 1)
    result = run(journal, window_ms=HOUR, lateness_ms=0)
    assert [v["units"] for v in result.values("demand-observations")] == [1, 0]
    (late,) = result.values("pricing-alerts", kind="late_event")
    assert late["details"] == {"count": 2}


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.RETURNED])
def test_a_return_corrects_the_bucket_of_its_order(journal: Any, run: Fold, status: Status) -> None:
    opened(journal).order(START, quantity=5, order="o1")
    journal.order(START + HOUR, quantity=4, order="o2")
    journal.order(START + 2 * HOUR, quantity=2, order="o1", status=status)
    journal.tick(START + 12 * HOUR)
    found = run(journal, window_ms=HOUR, lateness_ms=3 * HOUR).values("demand-observations")
    assert [v["units"] for v in found[:3]] == [3, 4, 0]


def test_a_return_finds_only_orders_before_it_in_the_journal(journal: Any, run: Fold) -> None:
    opened(journal).order(START, order="o1", status=Status.RETURNED)
    journal.order(START, order="o1", quantity=5)
    journal.tick(START + 2 * HOUR)
    result = run(journal, window_ms=HOUR, lateness_ms=0)
    assert result.values("demand-observations")[0]["units"] == 5
    (alert,) = result.values("pricing-alerts", kind="late_correction")
    assert alert["details"] == {"count": 1}


def test_a_return_of_a_closed_bucket_is_told_and_changes_no_other(journal: Any, run: Fold) -> None:
    opened(journal).order(START, order="o1", quantity=5)
    journal.tick(START + HOUR + 1)
    journal.order(START + HOUR + 2, order="o1", quantity=5, status=Status.RETURNED)
    journal.tick(START + 2 * HOUR + 1)
    result = run(journal, window_ms=HOUR, lateness_ms=0)
    assert [v["units"] for v in result.values("demand-observations")] == [5, 0]
    assert len(result.values("pricing-alerts", kind="late_correction")) == 1


def test_more_returned_than_sold_is_no_negative_demand(journal: Any, run: Fold) -> None:
    opened(journal).order(START, order="o1", quantity=1)
    for _ in range(2):
        journal.order(START + 1, order="o1", quantity=1, status=Status.RETURNED)
    journal.tick(START + 2 * HOUR)
    found = run(journal, window_ms=HOUR, lateness_ms=0).values("demand-observations")
    assert found[0]["units"] == 0


def test_the_price_of_a_retired_product_is_averaged_over_its_presence(
    journal: Any, run: Fold
) -> None:
    opened(journal)
    journal.order(START + 20 * MINUTE, "b")  # moves the clock
    journal.retire("a", START + 20 * MINUTE)
    journal.tick(START + HOUR + 1)
    (observation,) = run(journal, window_ms=HOUR, lateness_ms=0).values(
        "demand-observations", sku="a"
    )
    assert observation["price"] == "10.00"
    assert observation["features"]["available"] == pytest.approx(1 / 3, abs=1e-4)


def test_a_retired_product_is_observed_no_longer(journal: Any, run: Fold) -> None:
    opened(journal).retire("a")
    journal.tick(START + 3 * HOUR)
    assert run(journal, window_ms=HOUR, lateness_ms=0).values("demand-observations") == []


def _mean(steps: list[tuple[int, Fraction]], low: int, high: int) -> Fraction:
    """Mean of a step function over [low, high) by brute force."""
    edges = [*steps, (high, Fraction(0))]
    total = Fraction(0)
    for (at, value), (until, _) in pairwise(edges):
        total += value * max(min(until, high) - max(at, low), 0)
    return total / (high - low)


@given(
    moves=st.lists(
        st.tuples(st.integers(1, 3 * HOUR), st.integers(500, 1500)), min_size=1, max_size=8
    )
)
@few
def test_the_price_observed_is_the_time_weighted_mean_of_what_was_shown(
    journal: Any, run: Fold, moves: list[tuple[int, int]]
) -> None:
    journal.__init__()  # a new one per example
    opened(journal)
    now = START
    for gap, price in moves:
        now += gap
        journal.control(now, kind="set_price", sku="a", price=f"{price / 100:.2f}", force=True)
    journal.tick(now + 4 * HOUR)
    result = run(journal, window_ms=HOUR, lateness_ms=0)
    changes = result.values("price-changes")
    steps = [(START, Fraction(10))]
    steps += [(to_ms(c["effective_at"]), Fraction(c["price"])) for c in changes]
    found = result.values("demand-observations")
    assert len(found) >= 4
    if len(steps) == 1:
        assert {v["price"] for v in found} == {"10.00"}
    for value in found:
        low = to_ms(value["bucket_start"])
        exact = _mean(steps, low, low + HOUR)
        assert abs(Fraction(Decimal(value["price"])) - exact) <= Fraction(50001, 10**7)


@given(
    sightings=st.lists(
        st.tuples(
            st.integers(0, 2 * HOUR), st.sampled_from("xy"), st.integers(500, 1500), st.booleans()
        ),
        min_size=1,
        max_size=8,
    )
)
@few
def test_the_rival_price_observed_is_the_mean_of_the_lowest_while_there_was_one(
    journal: Any, run: Fold, sightings: list[tuple[int, str, int, bool]]
) -> None:
    journal.__init__()
    opened(journal)
    now, seen, steps = START, {}, []
    for gap, competitor, price, in_stock in sightings:
        now += gap
        journal.competitor(now, price=price, competitor=competitor, in_stock=in_stock)
        seen[competitor] = price if in_stock else None
        offers = [p for p in seen.values() if p is not None]
        steps.append((now, Fraction(bool(offers)), Fraction(min(offers, default=0))))
    journal.tick(now + 2 * HOUR)
    for value in run(journal, window_ms=HOUR, lateness_ms=0).values("demand-observations"):
        low = to_ms(value["bucket_start"])
        presence = _mean([(at, there) for at, there, _ in steps], low, low + HOUR)
        lowest = _mean([(at, price) for at, _, price in steps], low, low + HOUR)
        if not presence:
            assert value["competitor_price"] is None
        else:
            exact = lowest / presence / 100
            assert abs(Fraction(value["competitor_price"]) - exact) <= Fraction(50001, 10**7)


@given(st.lists(st.integers(0, 300 * HOUR), min_size=1, max_size=6))
@few
def test_how_far_silence_reaches_does_not_depend_on_other_offers(instants: list[int]) -> None:
    """Rows integrated together get what each would get alone."""
    rows = np.arange(len(instants))

    def presence(groups: list[Any]) -> dict[int, list[float]]:
        buckets = DemandWindows(HOUR, 0)
        buckets.grow(len(instants))
        buckets.put(rows, np.full(len(rows), START), Signal.ON_SALE, np.ones((len(rows), 1)))
        for group in groups:
            buckets.settle(group, START + np.array(instants)[group])
        return {
            k: bucket.area[:, Signal.ON_SALE].tolist()
            for k, bucket in sorted(buckets.coarse.open.items())
        }

    together = presence([rows])
    alone = presence([rows[i : i + 1] for i in rows])
    assert {k: v for k, v in together.items() if any(v)} == alone
