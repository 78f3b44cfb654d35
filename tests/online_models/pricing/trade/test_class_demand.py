"""The elasticity of a size class is found from days that sold at several prices."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.pricing.trade.class_demand import ELASTICITIES, ClassDemand


@pytest.mark.parametrize("elasticity", [1.3, 3.5, 6.5])
def test_the_elasticity_is_found(elasticity: float) -> None:
    rng, demand = np.random.default_rng(3), ClassDemand()
    for _ in range(150):
        x = float(rng.choice([-0.3, -0.2, -0.1, 0.0]))
        orders = int(rng.poisson(4.0 * np.exp(-elasticity * x)))
        sizes = rng.integers(10, 20, orders)
        demand = demand.learn(x, orders, int(sizes.sum()), float((sizes**2).sum()))
    assert abs(demand.elasticity(None) - elasticity) < 1.2


def test_neither_silence_nor_a_flood_makes_it_diverge() -> None:
    demand = ClassDemand()
    for day in range(300):
        demand = demand.learn(-0.2, 0, 0, 0.0)
        if day == 200:
            demand = demand.learn(0.0, 1, 10**6, 1e12)
    assert ELASTICITIES[0] <= demand.elasticity(None) <= ELASTICITIES[-1]
    assert np.isfinite([demand.alpha, *demand.beta, *demand.score]).all()


def test_a_draw_is_one_of_the_posterior() -> None:
    draws = [ClassDemand().elasticity(u) for u in np.linspace(0.001, 0.999, 999)]
    assert abs(np.mean(draws) - ClassDemand().elasticity(None)) < 0.05
