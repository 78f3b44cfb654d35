"""Sales at prices that nobody met: by the answer to the price, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from online_models.studies.trial.gain import TrialWindows, Uncertainty, gains

#: Two offers of one category, each in two windows.
OFFER, PEERS = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
UNITS = np.array([10.0, 20.0, 30.0, 40.0])
SHOWN, DECIDED = np.full(4, 2.0), np.array([3.0, 2.5, 2.0, 1.5])
SURE = Uncertainty(np.zeros(2), np.zeros(2), np.zeros(2), np.zeros(2))


def windows(**columns: Any) -> TrialWindows:
    given = {
        "offer": OFFER,
        "peers": PEERS,
        "units": UNITS,
        "most": np.full(4, np.inf),
        "move": np.array([0.1, 0.05, 0.0, -0.1]),
        "elasticity": np.full(4, -2.0),
        "shown_profit": SHOWN,
        "decided_profit": DECIDED,
    }
    return TrialWindows(**(given | columns))


def test_units_follow_the_elasticity_and_profit_the_margin() -> None:
    found = gains(windows(), SURE, np.array([0, 1]), 2)
    sold = UNITS * np.exp([-0.2, -0.1, 0.0, 0.2])
    each = sold * DECIDED - UNITS * SHOWN
    assert found.units == pytest.approx([sold[0] + sold[2], sold[1] + sold[3]])
    assert found.profit == pytest.approx([each[0] + each[2], each[1] + each[3]])
    mean, lower, upper = found.interval(np.array([0, 1]))
    assert mean == pytest.approx(each.sum())
    assert lower < mean < upper


def test_the_same_price_gains_nothing_for_certain() -> None:
    found = gains(windows(move=np.zeros(4), decided_profit=SHOWN), SURE, np.zeros(2, np.int64), 1)
    assert found.interval(np.array([0])) == (0.0, 0.0, 0.0)


def test_no_more_is_sold_than_stock_allowed() -> None:
    found = gains(windows(most=UNITS), SURE, np.zeros(2, np.int64), 1)
    sold = UNITS * np.minimum(np.exp([-0.2, -0.1, 0.0, 0.2]), 1.0)
    assert found.units == pytest.approx(sold.sum())


def test_customers_who_leave_dearer_peers_come_here() -> None:
    crossed = Uncertainty(np.zeros(2), np.zeros(2), np.full(2, 0.5), np.zeros(2))
    found = gains(windows(), crossed, np.array([0, 1]), 2)
    sold = UNITS * np.exp([-0.2 + 0.025, -0.1 + 0.05, -0.05, 0.2])
    assert found.units == pytest.approx([sold[0] + sold[2], sold[1] + sold[3]])


def test_errors_that_are_common_widen_the_whole_more_than_own_ones() -> None:
    # many sales, so that chance is nothing beside the doubt about the elasticity
    many = np.array([1e7] * 4)
    own = Uncertainty(np.zeros(2), np.full(2, 0.3), np.zeros(2), np.zeros(2))
    common = Uncertainty(np.full(2, 0.3), np.zeros(2), np.zeros(2), np.zeros(2))
    widths = []
    for unsure in (SURE, own, common):
        found = gains(windows(units=many, move=np.full(4, 0.1)), unsure, np.zeros(2, np.int64), 1)
        _, lower, upper = found.interval(np.array([0]))
        widths.append(upper - lower)
    assert widths[0] < 0.1 * widths[1]
    assert widths[1] < 0.85 * widths[2]


def test_no_draw_lets_demand_rise_with_the_price() -> None:
    wild = Uncertainty(np.full(2, 20.0), np.zeros(2), np.zeros(2), np.zeros(2))
    dearer = windows(move=np.full(4, 0.1), decided_profit=SHOWN)
    found = gains(dearer, wild, np.zeros(2, np.int64), 1)
    assert found.units[0] < UNITS.sum()
