"""What another price would bring, from what the last decision says."""

from __future__ import annotations

from math import exp, log
from typing import Any

import pytest

from streams.web.what_if import WhatIfCurve, demand_curve
from streams.web.words.figures import Figures

ROW = {
    "observed_at": 1,
    "tax_rate": 0.0,
    "cost": 400,
    "fee_rate": 0.0,
    "fee_fixed": 0,
    "elasticity": None,
}


EXPECTED = {"units": 50, "profit": "300.00", "lower": "200.00", "upper": "450.00"}
DECISION: dict[str, Any] = {
    "price": "10.00",
    "previous_price": "10.00",
    "currency": "EUR",
    "explanation": [
        {"rule": "optimise", "detail": {"elasticity": -2.0, "elasticity_deviation": 0.2}}
    ],
    "expected": EXPECTED,
}


def curve(**expected: Any) -> WhatIfCurve:
    found = demand_curve(ROW, DECISION | {"expected": EXPECTED | expected}, Figures())
    assert found is not None
    return found


def test_units_follow_the_elasticity_inside_their_interval() -> None:
    dearer = curve().sold(1100)
    assert dearer.mean == pytest.approx(50 / 1.1**2)
    assert dearer.lower < dearer.mean < dearer.upper


def test_an_elasticity_that_grows_with_the_price_sells_less_at_either_end() -> None:
    step = {"rule": "optimise", "detail": {"elasticity": -2.0, "elasticity_change": -0.6}}
    bent = demand_curve(ROW, DECISION | {"explanation": [step]}, Figures())
    assert bent is not None
    for price in (900, 1100):
        x = log(price / 1000)
        assert bent.sold(price).mean == pytest.approx(50 * exp(-2.0 * x - 0.3 * x * x))


def test_what_never_sold_has_no_curve() -> None:
    assert demand_curve(ROW | {"observed_at": None}, DECISION, Figures()) is None


def test_no_price_sells_more_than_there_is() -> None:
    limited = curve(lower="300.00", upper="300.00")
    assert limited.sold(500) == (50, 50, 50)
    dearer = limited.sold(1500)
    assert dearer.lower < dearer.mean < 50
    assert dearer.upper == 50
