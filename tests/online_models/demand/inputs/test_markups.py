"""What first prices tell of elasticities."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.demand import DemandModels, Observations
from online_models.demand.curves import DemandContext
from online_models.demand.filter.pools import MARGIN_WEIGHT
from online_models.demand.inputs.markups import (
    LEAST_ELASTIC,
    LITERATURE,
    Markups,
    implied_elasticity,
)
from online_models.demand.inputs.observations import DAY

OURS = -2.5


def priced(elasticity: np.ndarray) -> Markups:
    """A merchant who asks the best price of every offer on average, one markup for all."""
    markup = np.log(elasticity / (elasticity - 1.0)).mean()
    told = Markups()
    told.add(np.full(len(elasticity), 10.0 * np.exp(markup)), np.full(len(elasticity), 10.0))
    return told


def test_offers_that_are_all_alike_are_as_elastic_as_their_markup_says() -> None:
    assert abs(priced(np.full(3000, 3.2)).settle(OURS, 0.0) + 3.2) < 0.01


def test_where_elasticities_differ_their_mean_is_believed_in_not_that_of_the_mean_markup() -> None:
    drawn = np.random.default_rng(0).normal(3.2, 0.5, 5000)
    told = priced(drawn[drawn > LEAST_ELASTIC])
    assert told.settle(OURS, 0.0) > -3.12
    assert abs(told.settle(OURS, 0.25) + 3.2) < 0.03


def test_few_offers_leave_it_with_the_literature() -> None:
    one = priced(np.full(1, 4.0)).settle(OURS, 0.0)
    assert abs(one - (LITERATURE * OURS - 4.0) / (LITERATURE + 1.0)) < 1e-6
    assert Markups().settle(OURS, 0.3) == OURS


def test_a_price_without_cost_or_margin_implies_nothing() -> None:
    told = implied_elasticity(np.array([10.0, 10.0, 10.0, 10.0]), np.array([6.0, 0.0, 12.0, 9.9]))
    np.testing.assert_array_equal(np.isnan(told), [False, True, True, False])
    assert told[0] == pytest.approx(-2.5)
    assert told[3] == -4.5


def shop(own_margins: bool) -> tuple[DemandModels, np.ndarray]:
    """A year of a shop whose margins are each offer's best, or one markup with noise."""
    rng, offers = np.random.default_rng(5), np.arange(80)
    truth = rng.uniform(1.8, 4.0, 80)
    margin = 1.0 / (truth if own_margins else rng.uniform(1.8, 4.0, 80))
    models = DemandModels()
    models.register(offers, offers, np.zeros(80, np.int64), np.zeros(80, np.int64))
    models.priced(offers, np.full(80, 1000.0), 1000.0 * (1.0 - margin))
    for day in range(120):
        move = 0.06 * rng.standard_normal(80)
        units = rng.poisson(10.0 * np.exp(-truth * move)).astype(float)
        price = 1000.0 * np.exp(move)
        models.learn(Observations.of(offers, day * DAY, units, price=price))
    return models, truth


def test_margins_are_believed_as_far_as_sales_bear_them_out() -> None:
    (told, truth), (misled, _) = shop(own_margins=True), shop(own_margins=False)
    assert told.filter.pools.margin_weight[0] > MARGIN_WEIGHT + 0.2
    assert misled.filter.pools.margin_weight[0] < MARGIN_WEIGHT - 0.15
    offers = np.arange(80)
    now = np.full(80, 120 * DAY)
    nothing = np.zeros(80)
    context = DemandContext(now, np.full(80, 1000.0), np.full(80, np.nan), nothing, nothing)
    error = told.curves(offers, context).elasticity + truth
    assert np.sqrt(np.mean(error * error)) < 0.35
