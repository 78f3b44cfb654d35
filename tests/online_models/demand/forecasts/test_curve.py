"""Points of a forecast become a curve that falls in its own price, whatever they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from online_models.demand.forecasts.curve import FLATTEST, STEEPEST, LocalCurve, fitted

PRICES = np.array([850.0, 925.0, 1000.0, 1080.0, 1170.0])


def curve(units: object, spread: object = np.nan, days: float = 1.0) -> LocalCurve:
    asked = np.asarray(units, np.float64)
    stated = np.array(np.broadcast_to(np.asarray(spread, np.float64), asked.shape))
    return fitted(PRICES[: len(asked)], asked, stated, days)


def log_units(found: LocalCurve, price: float) -> float:
    x = np.log(price) - found.centre
    return float(found.rate + found.slope * x + 0.5 * found.bend * x * x)


def test_a_constant_elasticity_is_found_again() -> None:
    found = curve(8.0 * (PRICES / 1000.0) ** -2.5, days=2.0)
    assert found.slope == pytest.approx(-2.5)
    assert found.bend == pytest.approx(0.0, abs=1e-9)
    assert np.exp(log_units(found, 1000.0)) == pytest.approx(4.0)


def test_an_elasticity_that_rises_with_the_price_bends_the_curve() -> None:
    found = curve(np.exp(3.0 - 0.003 * PRICES))
    for price in PRICES:
        assert log_units(found, price) == pytest.approx(3.0 - 0.003 * price, abs=2e-3)
    assert found.bend == pytest.approx(-3.0, rel=0.05)


@pytest.mark.parametrize(
    "units", [[1.0, 2.0, 3.0, 4.0, 5.0], [7.0] * 5, [0.0] * 5, [3.0], [5.0, 4.9999]]
)
def test_where_demand_does_not_fall_there_is_no_response(units: list[float]) -> None:
    assert np.isnan(curve(units).slope)


def test_prices_too_close_together_say_nothing_of_price() -> None:
    unknown = np.full(2, np.nan)
    near = fitted(np.array([1000.0, 1010.0]), np.array([9.0, 1.0]), unknown, 1.0)
    assert np.isnan(near.slope)


def test_the_spread_is_the_size_of_a_negative_binomial() -> None:
    # variance = mean + mean² / 4
    assert curve([8.0, 8.0], np.sqrt(8.0 + 16.0)).dispersion == pytest.approx(4.0)
    assert curve([8.0, 8.0], 0.1).dispersion == pytest.approx(1e9)
    assert np.isnan(curve([8.0, 8.0]).dispersion)


@given(st.lists(st.floats(0.0, 1e9), min_size=1, max_size=5), st.floats(1e-3, 800.0))
def test_whatever_is_said_the_curve_is_finite_and_falls_between_its_points(
    units: list[float], days: float
) -> None:
    found = curve(units, 1e9, days)
    assert np.isfinite([found.centre, found.low, found.high, found.rate, found.bend]).all()
    if not np.isnan(found.slope):
        for end in (found.low, found.high):
            slope = found.slope + found.bend * (end - found.centre)
            assert STEEPEST - 1e-9 <= slope <= FLATTEST + 1e-9
