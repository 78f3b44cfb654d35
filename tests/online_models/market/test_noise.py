from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from online_models.market.problem import SalesDistribution


@given(st.floats(0.01, 60.0), st.integers(0, 80), st.sampled_from([None, 0.7, 2.0, 9.0]))
def test_served_units_are_the_sum_of_survival_probabilities(
    rate: float, stock: int, size: float | None
) -> None:
    law = stats.poisson(rate) if size is None else stats.nbinom(size, size / (size + rate))
    exact = law.sf(np.arange(stock)).sum()
    served = SalesDistribution(size).served(np.array([rate]), np.array([stock]))
    assert served[0] == pytest.approx(exact, rel=1e-9, abs=1e-12)


@given(st.floats(0.05, 60.0), st.integers(0, 80), st.sampled_from([None, 2.0]))
def test_slope_of_served_units_is_their_derivative(
    rate: float, stock: int, size: float | None
) -> None:
    counts, units = SalesDistribution(size), np.array([stock])
    step = 1e-4 * rate
    ahead = counts.served(np.array([rate + step]), units)
    behind = counts.served(np.array([rate - step]), units)
    slope = counts.served_slope(np.array([rate]), units)[0]
    assert slope == pytest.approx(float((ahead - behind)[0]) / (2.0 * step), abs=1e-5)
