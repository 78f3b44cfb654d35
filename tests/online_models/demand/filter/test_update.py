"""The one-dimensional Laplace update."""

from __future__ import annotations

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from online_models.demand.filter.update import bounded_units, posterior_step

UNITS = st.floats(0.0, 1e6)
MEAN = st.floats(1e-4, 1e5)
SIZE = st.floats(0.1, 1e6)
VARIANCE = st.floats(1e-6, 20.0)


@given(UNITS, MEAN, SIZE, VARIANCE)
@example(1.0, 1e-4, 1.0, 14.0)
def test_the_step_is_finite_and_goes_towards_the_data(
    units: float, mean: float, size: float, variance: float
) -> None:
    score, information = posterior_step(
        np.array([units]), np.array([mean]), np.array([size]), np.array([variance])
    )
    assert np.isfinite(score[0])
    assert 0.0 <= information[0] <= size * 1.0001
    if abs(units - mean) > 1e-6 * mean:
        assert np.sign(score[0]) == np.sign(units - mean)


def test_the_step_is_the_posterior_mode() -> None:
    units, mean, size, variance = 9.0, 3.0, 4.0, 0.3
    grid = np.linspace(-3, 3, 60001)
    rate = mean * np.exp(grid)
    posterior = units * np.log(rate) - (units + size) * np.log(size + rate)
    posterior -= grid**2 / (2 * variance)
    score, _ = posterior_step(*(np.array([v]) for v in (units, mean, size, variance)))
    assert abs(variance * score[0] - grid[posterior.argmax()]) < 1e-3


def test_a_bulk_order_is_bounded_but_a_new_best_seller_is_not() -> None:
    one = np.ones(1)
    assert bounded_units(1e6 * one, 5.0 * one, 10.0 * one, 0.01 * one)[0] < 50
    assert bounded_units(2e4 * one, 5.0 * one, 10.0 * one, 9.0 * one)[0] == 2e4
