"""The moment does not care for small errors of what it is given."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.studies.elasticity.orthogonal import estimate


@pytest.fixture
def rows() -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(0)
    n = 4000
    price = 0.15 * rng.standard_normal(n)
    level = np.log(8.0) + 0.5 * rng.standard_normal(n)
    cell = np.arange(n) // 4
    shock = 0.2 * rng.standard_normal(n // 4)[cell]
    units = rng.poisson(np.exp(level + shock - 2.0 * price)).astype(np.float64)
    return units, level, price, cell, np.zeros(n, np.int64)


@pytest.mark.parametrize("error", [-0.2, 0.1, 0.3])
def test_an_error_of_the_level_hardly_moves_the_estimate(
    rows: tuple[np.ndarray, ...], error: float
) -> None:
    units, level, price, cell, group = rows
    right = estimate(units, level, price, cell, group, (0.04, 0.01)).theta[0]
    wrong = estimate(units, level + error, price, cell, group, (0.04, 0.01)).theta[0]
    assert abs(right + 2.0) < 0.15
    assert abs(wrong - right) < 0.05


def test_any_working_variance_is_consistent_and_a_good_one_is_sharper(
    rows: tuple[np.ndarray, ...],
) -> None:
    found = [estimate(*rows, variances) for variances in ((0.04, 0.001), (0.0, 5.0))]
    assert all(abs(f.theta[0] + 2.0) < 3.0 * np.sqrt(f.variance[0]) for f in found)
    assert found[0].variance[0] < found[1].variance[0]


def test_a_group_without_price_moves_has_nothing_to_say(rows: tuple[np.ndarray, ...]) -> None:
    units, level, price, cell, group = rows
    assert np.isinf(estimate(units, level, 0.0 * price, cell, group, (0.04, 0.01)).variance[0])
