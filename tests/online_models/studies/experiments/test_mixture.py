from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from online_models.studies.experiments.lift import boundary, scale_for


def test_a_random_walk_crosses_the_boundary_at_most_once_in_twenty_however_long() -> None:
    rng = np.random.default_rng(1)
    walks = np.abs(np.cumsum(rng.standard_normal((2000, 3000)), axis=1))
    bound = np.array([boundary(float(t), scale_for(100.0)) for t in range(1, 3001)])
    assert (walks > bound).any(axis=1).mean() <= 0.05


@given(st.floats(1e-3, 1e6), st.floats(0.05, 20.0))
def test_the_chosen_scale_is_about_the_tightest(variance: float, factor: float) -> None:
    best = boundary(variance, scale_for(variance))
    assert best <= 1.02 * boundary(variance, factor * scale_for(variance))
