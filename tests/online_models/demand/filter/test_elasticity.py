"""What identifies an elasticity, and what does not."""

from __future__ import annotations

import numpy as np

from online_models.demand import DemandContext, DemandModels, Observations
from online_models.demand.inputs.observations import DAY
from tests.online_models.demand.filter.confounded_market import Market, recover


def test_exploration_recovers_elasticities_under_confounding() -> None:
    found = [recover(Market(seed)) for seed in range(20)]
    assert abs(np.mean([f.bias for f in found])) < 0.1
    assert 0.93 <= np.mean([f.coverage for f in found]) <= 0.99


def test_without_telling_chance_moves_a_confounded_estimate_is_far_off() -> None:
    found = [recover(Market(seed), told=False) for seed in range(3)]
    assert np.mean([f.bias for f in found]) > 1.0


def test_without_confounding_no_exploration_is_needed_to_be_told() -> None:
    found = [recover(Market(seed, confounding=0.0), told=False) for seed in range(10)]
    assert abs(np.mean([f.bias for f in found])) < 0.12
    assert np.mean([f.coverage for f in found]) >= 0.93


def test_what_offers_win_from_dearer_siblings_is_learnt_with_an_interval() -> None:
    found = {cross: _cross(cross) for cross in (0.0, 0.4)}
    for cross, (mean, deviation) in found.items():
        assert abs(mean - cross) < 1.96 * deviation
    assert found[0.4][0] - 1.96 * found[0.4][1] > found[0.0][0]


def test_prices_that_move_everywhere_do_not_fix_the_cross_effect_that_is_believed() -> None:
    for cross in (0.0, 0.8):
        mean, deviation = _cross(cross, apart=0.06, common=0.3)
        assert abs(mean - cross) < 1.96 * deviation < 0.15


def _cross(
    cross: float, offers: int = 40, days: int = 120, apart: float = 0.2, common: float = 0.0
) -> tuple[float, float]:
    """Mean and standard deviation for the first offer; ten categories have moves of their own, of
    a standard deviation `apart`, beside those of all.
    """
    rng = np.random.default_rng(5)
    models, row = DemandModels(), np.arange(offers)
    category = row % 10
    models.register(row, row, 0 * row, category)
    for day in range(days):
        price = 0.15 * rng.standard_normal(offers) + apart * rng.standard_normal(10)[category]
        price += common * rng.standard_normal()
        others = (np.bincount(category, price)[category] - price) / (offers // 10 - 1)
        units = rng.poisson(20.0 * np.exp(-2.0 * price + cross * others)).astype(float)
        models.learn(Observations.of(row, day * DAY, units, price=1000.0 * np.exp(price)))
    nothing = np.zeros(offers)
    now = np.full(offers, days * DAY)
    context = DemandContext(now, np.full(offers, 1000.0), nothing + np.nan, nothing, nothing)
    curves = models.curves(row, context)
    return float(curves.cross[0]), float(np.sqrt(curves.cross_variance[0]))
