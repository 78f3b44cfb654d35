"""The 30-day low against brute force over every instant of small histories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.pricing.state.history import LOOK_BACK, PriceHistory
from online_models.shop.catalogue import ALWAYS

#: Brute force looks at every instant of a clock that ticks this often.
TICK = LOOK_BACK // 30
Change = tuple[int, int]


def brute_force(changes: list[Change], until: int, launched_at: int) -> int:
    """`changes` are (tick, price) in order; the price of a tick is in force for the whole of it."""
    start = until - 30
    first_tick, first_price = changes[0]
    begun = first_tick
    if launched_at != ALWAYS:
        start = max(start, launched_at)
        begun = min(begun, launched_at)
    seen = []
    for tick in range(max(start, begun), until):
        in_force = [price for at, price in changes if at <= tick] or [first_price]
        seen.append(in_force[-1])
    before = [price for at, price in changes if at <= until] or [first_price]
    return min(seen) if seen else before[-1]


def recorded(changes: list[Change], keep: int = 45 * TICK) -> tuple[PriceHistory, int]:
    history, heads = PriceHistory(keep), np.full(1, -1, dtype=np.int64)
    row = np.zeros(1, dtype=np.int64)
    for sequence, (tick, price) in enumerate(changes):
        at, amount = np.array([tick * TICK]), np.array([price])
        history.append(heads, row, at, amount, amount, np.array([sequence]))
    return history, int(heads[0])


def lowest(history: PriceHistory, heads: list[int], until: int, launched_at: int) -> list[int]:
    terms = np.array(heads), np.full(len(heads), until), np.full(len(heads), launched_at)
    return history.lowest_prices(*terms).tolist()


def check(changes: list[Change], until: int, launched_at: int) -> None:
    history, head = recorded(changes)
    launched = ALWAYS if launched_at == ALWAYS else launched_at * TICK
    wanted = brute_force(changes, until, launched_at)
    assert lowest(history, [head], until * TICK, launched) == [wanted]


histories = st.lists(st.tuples(st.integers(0, 12), st.integers(1, 9)), min_size=1, max_size=12).map(
    lambda gaps: _cumulated(gaps)
)


def _cumulated(gaps: list[tuple[int, int]]) -> list[Change]:
    tick, changes = 0, []
    for gap, price in gaps:
        tick += gap
        changes.append((tick, price))
    return changes


@given(histories, st.integers(0, 20), st.one_of(st.just(ALWAYS), st.integers(-40, 80)))
@settings(max_examples=300, deadline=None)
def test_the_low_equals_brute_force(changes: list[Change], wait: int, launched_at: int) -> None:
    check(changes, changes[-1][0] + wait, launched_at)


@given(histories, st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_the_low_before_an_earlier_instant_ignores_what_came_after(
    changes: list[Change], until: int
) -> None:
    check(changes, until, ALWAYS)


@pytest.mark.slow
def test_a_hundred_thousand_histories_equal_brute_force() -> None:
    rng = np.random.default_rng(1)
    for _ in range(100_000):
        gaps = list(
            zip(rng.integers(0, 13, 8).tolist(), rng.integers(1, 10, 8).tolist(), strict=True)
        )
        changes = _cumulated(gaps[: int(rng.integers(1, 9))])
        launched_at = ALWAYS if rng.random() < 0.5 else int(rng.integers(-40, 80))
        check(changes, changes[-1][0] + int(rng.integers(0, 40)), launched_at)


def test_entries_out_of_reach_are_dropped_and_nothing_else() -> None:
    """Many offers that change daily for months: the log stays bounded, the lows exact."""
    offers, days = 60, 200
    rng = np.random.default_rng(2)
    history, heads = PriceHistory(45 * TICK), np.full(offers, -1, dtype=np.int64)
    rows = np.arange(offers)
    prices = rng.integers(1, 1000, (days, offers))
    for day in range(days):
        at = np.full(offers, day * TICK)
        history.append(heads, rows, at, prices[day], prices[day], np.full(offers, day))
        lows = lowest(history, heads.tolist(), (day + 1) * TICK, ALWAYS)
        assert lows == prices[max(0, day - 29) : day + 1].min(axis=0).tolist()
    assert history.entries.size < offers * 100


def test_a_struck_price_was_never_in_force() -> None:
    history, head = recorded([(0, 9), (10, 5)])
    heads = np.array([head])
    assert history.undo(heads, 0, sequence=0) is None
    assert history.undo(heads, 0, sequence=1) == (9, 9)
    assert lowest(history, heads.tolist(), 12 * TICK, ALWAYS) == [9]


def test_the_first_change_reports_the_first_price(shop: Any) -> None:
    shop.product(cost="1.00")
    shop.policy(strategy=[{"kind": "match_competitor"}])
    shop.competitor("9.00")
    assert shop.changes[-1]["lowest_prior_price_30d"] == "10.00"


def test_nothing_before_the_launch_counts(shop: Any) -> None:
    day = 86_400_000
    shop.product(cost="1.00", launched_at=shop.now + 5 * day)
    shop.policy(strategy=[{"kind": "match_competitor"}])
    shop.competitor("8.00")
    shop.now += 3 * day
    shop.competitor("9.00")
    shop.now += 10 * day
    shop.competitor("9.50")
    assert shop.changes[-1]["lowest_prior_price_30d"] == "9.00"
