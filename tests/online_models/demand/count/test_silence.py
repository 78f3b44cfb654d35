"""Days without a sale are evidence: who learns from orders alone learns demand given a sale."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from online_models.demand import DemandContext, DemandModels, Observations
from online_models.demand.inputs.observations import DAY

OFFERS, DAYS = 60, 200
RATE, ELASTICITY = 0.4, -2.5


class Learnt(NamedTuple):
    """Units a day over the true ones, mean elasticity, mean log score of days not yet learnt."""

    level: float
    elasticity: float
    log_score: float


def learnt(orders_only: bool) -> Learnt:
    """Slow sellers whose prices move by chance, learnt from all days or from those with a sale."""
    rng, rows = np.random.default_rng(3), np.arange(OFFERS)
    models, nothing = DemandModels(), np.zeros(OFFERS)
    models.register(rows, rows, 0 * rows, 0 * rows)
    scores = []
    for day in range(DAYS):
        price = 1000.0 * np.exp(rng.choice([-0.2, 0.0, 0.2], OFFERS))
        units = rng.poisson(RATE * (price / 1000.0) ** ELASTICITY).astype(float)
        seen = Observations.of(rows, day * DAY, units, price=price)
        if day > DAYS // 2:
            scores.append(models.predict(seen).forecast.log_score(units).mean())
        models.learn(seen.take(units > 0) if orders_only else seen)
    now, usual = np.full(OFFERS, DAYS * DAY), np.full(OFFERS, 1000.0)
    context = DemandContext(now, usual, nothing + np.nan, nothing, nothing)
    level = models.forecast(rows, context).mean.mean() / RATE
    elasticity = models.curves(rows, context).elasticity.mean()
    return Learnt(float(level), float(elasticity), float(np.mean(scores)))


def test_one_update_per_order_is_wrong_of_level_and_price_and_all_windows_are_right() -> None:
    ours, orders = learnt(orders_only=False), learnt(orders_only=True)
    assert 0.85 < ours.level < 1.15
    assert abs(ours.elasticity - ELASTICITY) < 0.3
    # given a sale slow sellers sell about one unit, whatever the price
    assert orders.level > 2.0
    assert orders.elasticity > ELASTICITY + 0.7
    assert ours.log_score > orders.log_score + 0.3
