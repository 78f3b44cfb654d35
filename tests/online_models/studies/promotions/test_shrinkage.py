"""Estimates are shrunk as far as chance explains their differences, and say how sure they are."""

from __future__ import annotations

import numpy as np

from online_models.studies.promotions.shrinkage import EffectPrior, ShrunkEffects, pool

GROUPS, MEMBERS = 8, 40
PRIOR = EffectPrior(mean=2.0, deviation=1.0, groups=0.7, members=0.5)


def drawn(spread: float, noise: float, seed: int) -> tuple[np.ndarray, ShrunkEffects]:
    """True values of members, and what is made of noisy estimates of them."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(GROUPS), MEMBERS)
    true = rng.normal(2.5, 0.5, GROUPS)[group] + rng.normal(0.0, spread, len(group))
    deviation = noise * rng.uniform(0.5, 2.0, len(group))
    estimate = rng.normal(true, deviation)
    return true, pool(estimate, 1.0 / deviation**2, group, GROUPS, PRIOR)


def test_intervals_hold_whatever_the_spread_and_the_best_is_no_overestimate() -> None:
    for spread in (0.1, 0.5, 1.5):
        covered, best = [], []
        for seed in range(10):
            true, said = drawn(spread, 0.5, seed)
            # the group's part and the member's own are independent
            whole = np.hypot(said.own_deviation, said.group_weight * said.deviation[said.group])
            covered.append(np.abs(true - said.member) < 1.645 * whole)
            top = np.argsort(said.member)[-10:]
            best.append((true - said.member)[top].mean())
        assert 0.86 < np.mean(covered) < 0.94
        assert abs(np.mean(best)) < 0.15


def test_draws_have_the_mean_and_the_deviation_that_are_said() -> None:
    _, said = drawn(0.5, 0.5, 1)
    normals = np.random.default_rng(2).normal(size=(4000, 2))
    draws = np.array([said.draw(common, own) for common, own in normals])
    whole = np.hypot(said.own_deviation, said.group_weight * said.deviation[said.group])
    assert np.abs(draws.mean(axis=0) - said.member).max() < 0.06
    assert np.abs(draws.std(axis=0) / whole - 1.0).max() < 0.1


def test_what_was_never_estimated_is_as_its_group_and_a_group_as_all() -> None:
    information = np.array([50.0, 50.0, 0.0, 0.0])
    said = pool(np.array([4.0, 4.0, 9.0, 9.0]), information, np.array([0, 0, 0, 1]), 2, PRIOR)
    assert said.member[2] == said.mean[0]
    assert 3.0 < said.mean[0] < 4.0
    assert 2.0 < said.mean[1] < said.mean[0]
    assert said.deviation[1] > said.deviation[0]


def test_members_that_are_all_the_same_have_their_groups_mean() -> None:
    same = EffectPrior(mean=0.4, deviation=0.25, groups=0.15)
    said = pool(np.array([0.1, 0.9]), np.array([1e6, 1e6]), np.zeros(2, np.int64), 1, same)
    assert np.allclose(said.member, 0.5, atol=1e-3)
