"""The log of order lines finds the latest line of an order, whatever else it holds."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from online_models.persistence.saved import restore, save
from online_models.windows.order_log import NONE, OrderLog

LINES = st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 3), st.integers(0, 5)), max_size=12)


def columns(lines: list[tuple[int, ...]], width: int) -> list[np.ndarray]:
    return list(np.array(lines, dtype=np.int64).reshape(-1, width).T)


@given(st.lists(st.one_of(LINES, st.integers(0, 4)), max_size=12))
def test_the_latest_line_is_found_until_its_interval_is_forgotten(steps: list) -> None:
    log = OrderLog()
    expected: dict[tuple[int, int], list[int]] = {}
    for step in steps:
        if isinstance(step, int):
            log.forget(step)
            expected = {key: [k for k in ks if k > step] for key, ks in expected.items()}
            continue
        log.append(*columns(step, 3))
        for order, offer, interval in step:
            expected.setdefault((order, offer), []).append(interval)
        log = restore(OrderLog(), save(log))
    asked = [(order, offer) for order in range(-3, 5) for offer in range(4)]
    found = log.windows(*columns(asked, 2)).tolist()
    assert found == [(expected.get(key) or [NONE])[-1] for key in asked]


def test_many_small_appends_leave_few_runs_to_search() -> None:
    log = OrderLog()
    for i in range(1000):
        log.append(*columns([(i, 0, 0)], 3))
    assert len(save(log)["runs"]) <= 11
