"""Borrowing between products."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from online_models.studies.elasticity.pooling import pool

values = st.lists(
    st.tuples(st.floats(-10, 10), st.floats(1e-4, 50), st.integers(0, 3)), min_size=1, max_size=30
)


@given(values)
@settings(max_examples=100, deadline=None)
def test_posteriors_are_finite_whatever_the_data(
    rows: list[tuple[float, float, int]],
) -> None:
    theta, variance, group = (np.array(column) for column in zip(*rows, strict=True))
    group = np.unique(group, return_inverse=True)[1]
    pooled = pool(theta, variance, group)
    assert np.isfinite(pooled.mean).all()
    assert (pooled.variance > 0.0).all()
    assert (pooled.group_variance > 0.0).all()
    assert np.isfinite(pooled.group_mean).all()


def test_posteriors_cover_what_was_drawn() -> None:
    rng = np.random.default_rng(1)
    hits, group_hits = [], []
    for _ in range(200):
        group = np.repeat(np.arange(3), 8)
        truth = rng.normal(-2.0, 0.4, 3)[group] + 0.5 * rng.standard_normal(24)
        variance = rng.uniform(0.02, 1.0, 24)
        pooled = pool(truth + np.sqrt(variance) * rng.standard_normal(24), variance, group)
        hits.append(np.abs(pooled.mean - truth) < 1.96 * np.sqrt(pooled.variance))
        means = np.bincount(group, weights=truth) / 8
        group_hits.append(np.abs(pooled.group_mean - means) < 1.96 * np.sqrt(pooled.group_variance))
    assert 0.93 <= np.mean(hits) <= 0.97
    assert 0.93 <= np.mean(group_hits) <= 0.98
