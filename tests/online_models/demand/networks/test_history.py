from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from online_models.demand.inputs.observations import DAY, Observations
from online_models.demand.networks.history import KEPT, History
from online_models.demand.networks.levels import Offers
from online_models.persistence.plain import same
from online_models.persistence.saved import restore, save

RATE, SEEN = KEPT.index("rate"), KEPT.index("seen")


def history(offers: int = 3, window: int = 5) -> History:
    described = Offers()
    for row in range(offers):
        described.register(row, f"s{row}", "c", [], 7.0)
    return History(described, DAY, window)


def kept(past: History) -> NDArray[np.float32]:
    return past.last(np.array([0]), past.lookback)[0]


def test_a_gap_leaves_unseen_windows_in_the_window() -> None:
    past = history(1)
    for day, units in ((0, 1.0), (1, 2.0), (4, 3.0)):
        past.push(Observations.of([0], day * DAY, [units]))
    assert kept(past)[:, RATE].tolist() == [1.0, 2.0, 0.0, 0.0, 3.0]
    assert kept(past)[:, SEEN].tolist() == [1.0, 1.0, 0.0, 0.0, 1.0]


def test_a_gap_longer_than_the_window_clears_it() -> None:
    past = history(1)
    past.push(Observations.of([0], 0, [9.0]))
    past.push(Observations.of([0], 100 * DAY, [2.0]))
    assert kept(past)[:, RATE].tolist() == [0.0, 0.0, 0.0, 0.0, 2.0]


def test_windows_that_come_late_or_of_another_length_change_nothing() -> None:
    past = history(1)
    past.push(Observations.of([0], 5 * DAY, [1.0]))
    before = save(past)
    past.push(Observations.of([0], 5 * DAY, [8.0]))
    past.push(Observations.of([0], 2 * DAY, [8.0]))
    past.push(Observations.of([0], 6 * DAY, [8.0], length=DAY // 24))
    past.push(Observations.of([7], 6 * DAY, [8.0]))
    assert same(save(past), before)


def test_a_wild_order_moves_the_level_by_a_bounded_factor() -> None:
    past = history(1)
    for day in range(40):
        past.push(Observations.of([0], day * DAY, [2.0]))
    before = float(past.level(np.array([0]))[0])
    past.push(Observations.of([0], 40 * DAY, [2e6]))
    assert float(past.level(np.array([0]))[0]) < 4.0 * before


def test_a_new_offer_starts_at_the_level_of_its_category() -> None:
    past = history(3)
    for day in range(60):
        past.push(Observations.of([0, 1], day * DAY, [8.0, 8.0]))
    assert 6.0 < float(past.level(np.array([2]))[0]) < 9.0


def test_bulky_orders_show_beside_the_units_they_sold() -> None:
    single, bulky = history(1), history(1)
    for day in range(30):
        single.push(Observations.of([0], day * DAY, [6.0], orders=[6.0]))
        bulky.push(Observations.of([0], day * DAY, [6.0], orders=[1.0]))
    assert (single.running.orders[0] == single.running.units[0]).all()
    ratio = bulky.running.units[0] / bulky.running.orders[0]
    assert (abs(ratio - 6.0) < 1e-9).all()


def test_a_category_that_sells_above_its_levels_is_told_from_one_that_does_not() -> None:
    described = Offers()
    for row, category in enumerate("xxyy"):
        described.register(row, f"s{row}", category, [], 7.0)
    past = History(described, DAY, 5)
    for day in range(40):
        past.push(Observations.of([0, 1, 2, 3], day * DAY, [20.0] * 4))
    past.push(Observations.of([0, 1, 2, 3], 40 * DAY, [60.0, 60.0, 20.0, 20.0]))
    above, beside = past.categories.shock[past.category(np.array([0, 2]))]
    assert 0.5 < above < np.log(3.0)
    assert abs(beside) < 0.05
    assert 0.1 < past.categories.lasting[past.category(np.array([0]))][0] < above


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 50)), max_size=3), max_size=12),
    st.integers(0, 11),
)
def test_a_snapshot_continues_as_if_nothing_had_happened(
    days: list[list[tuple[int, int]]], cut: int
) -> None:
    whole, part = history(), history()
    for day, sold in enumerate(days):
        if day == cut:
            part = restore(history(), save(part))
        rows = dict(sold)
        seen = Observations.of(
            list(rows), day * DAY, list(rows.values()), price=np.full(len(rows), 99.0)
        )
        whole.push(seen)
        part.push(seen)
    assert same(save(whole), save(part))
