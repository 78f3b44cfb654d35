"""Cross elasticities: found where products compete, zero where they do not."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.demand.inputs.observations import Observations
from online_models.studies.elasticity.double_ml import cross_elasticities
from online_models.studies.elasticity.panel import OfferGroups, RegressionPanel, panel
from tests.online_models.studies.elasticity.markets import WEEK


def market(
    seed: int, cross: float, products: int = 8, shops: int = 6, weeks: int = 104
) -> RegressionPanel:
    rng = np.random.default_rng(seed)
    base = np.log(rng.uniform(200, 500, products))[:, None]
    parts = []
    for week in range(weeks):
        cut = np.where(rng.random(products) < 0.25, np.log(rng.uniform(0.6, 0.85, products)), 0.0)
        move = cut + rng.normal(0, 0.03, products) + rng.normal(0, 0.03)
        others = (move.sum() - move) / (products - 1)
        log_rate = 3.0 - 2.5 * move + cross * others + rng.normal(0, 0.15, products)
        units = rng.poisson(np.exp(np.repeat(log_rate, shops)))
        price = np.exp(np.repeat(base[:, 0] + move, shops))
        offers = np.arange(products * shops)
        parts.append(Observations.of(offers, week * WEEK, units, length=WEEK, price=price))
    sku = np.repeat(np.arange(products), shops)
    found = panel(parts, OfferGroups(sku, 0 * sku, 0 * sku))
    assert found is not None
    return found


@pytest.mark.parametrize("truth", [0.0, 0.6])
def test_cross_elasticities_are_recovered_and_shrunk(truth: float) -> None:
    found = np.array([cross_elasticities(market(seed, truth)) for seed in range(3)])[:, :, 0]
    assert abs(found[:, 0].mean() - truth) < 0.25
    assert found[:, 0].mean() < truth + 0.1
    assert (np.sqrt(found[:, 1]) < 0.3).all()
