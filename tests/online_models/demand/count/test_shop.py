"""What a whole channel does in a window, told apart from what its offers usually sell."""

from __future__ import annotations

from typing import cast

import numpy as np

from online_models.demand import DemandModels, Observations
from online_models.demand.count.model import CountModel
from online_models.demand.inputs.observations import DAY

OFFERS = 40
ROWS = np.arange(OFFERS)


def shop(categories: int = 2) -> DemandModels:
    models = DemandModels()
    models.register(ROWS, ROWS, np.zeros(OFFERS, np.int64), ROWS % categories)
    return models


def test_the_first_window_of_a_shop_is_the_level_of_its_offers_and_no_shock() -> None:
    models, rng = shop(), np.random.default_rng(1)
    usual = rng.uniform(100.0, 300.0, OFFERS)
    for week in range(4):
        units = rng.poisson(usual).astype(float)
        report = models.learn(
            Observations.of(ROWS, week * 7 * DAY, units, length=7 * DAY, price=1000.0)
        )
        if week:
            ratio = report.member("count").mean.sum() / usual.sum()
            assert 0.7 < ratio < 1.4, f"week {week}: {ratio:.2f} of the sales"


def test_the_first_day_of_a_shop_is_no_weekday_that_sells_more() -> None:
    models, rng = shop(), np.random.default_rng(2)
    for day in range(7):
        units = rng.poisson(np.full(OFFERS, 50.0)).astype(float)
        models.learn(Observations.of(ROWS, day * DAY, units, price=1000.0))
    factors = models.calendar.log_factors[0, :7]
    assert np.ptp(factors) < 0.3


def test_best_sellers_that_join_a_running_shop_are_no_shock() -> None:
    models, rng = shop(), np.random.default_rng(3)
    old = OFFERS // 4
    rate = np.where(old > ROWS, 20.0, 80.0)
    for day in range(40):
        here = ROWS[: old if day < 39 else OFFERS]
        units = rng.poisson(rate[here]).astype(float)
        models.learn(Observations.of(here, day * DAY, units, price=1000.0))
    count = cast("CountModel", models.experts["count"])
    assert abs(count.shop.state.last_shock[0]) < 0.2
    assert np.abs(count.category_shocks[0]).max() < 0.2
