"""What identifies an elasticity, and what does not."""

from __future__ import annotations

import numpy as np

from tests.online_models.demand.confounded_market import Market, recover


def test_exploration_recovers_elasticities_under_confounding() -> None:
    found = [recover(Market(seed)) for seed in range(10)]
    assert abs(np.mean([f.bias for f in found])) < 0.1
    assert 0.93 <= np.mean([f.coverage for f in found]) <= 0.99


def test_without_telling_chance_moves_a_confounded_estimate_is_far_off() -> None:
    found = [recover(Market(seed), told=False) for seed in range(3)]
    assert np.mean([f.bias for f in found]) > 1.0


def test_without_confounding_no_exploration_is_needed_to_be_told() -> None:
    found = [recover(Market(seed, confounding=0.0), told=False) for seed in range(10)]
    assert abs(np.mean([f.bias for f in found])) < 0.12
    assert np.mean([f.coverage for f in found]) >= 0.93
