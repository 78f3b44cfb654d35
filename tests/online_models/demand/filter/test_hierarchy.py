"""Partial pooling: who borrows from whom, and how much."""

from __future__ import annotations

import numpy as np

from online_models.demand import DemandModels, Observations
from online_models.demand.filter.hierarchy import CATALOGUE, CategoryTree, Pools
from online_models.demand.inputs.observations import DAY


def tree(parents: list[int]) -> CategoryTree:
    made = CategoryTree()
    made.register(np.arange(len(parents)), np.array(parents))
    return made


def test_a_category_without_offers_starts_at_its_parent() -> None:
    known = tree([-1, 0, 0])  # food; food/coffee; food/tea
    pool = Pools([0.0], [1.0], [0.5])
    rows = np.full(50, 2)  # all offers are coffee
    for _ in range(20):
        pool.estimate(known, rows, np.full((1, 50), 100.0), np.full((1, 50), 300.0))
    coffee, tea, food = pool.mean[0, 2], pool.mean[0, 3], pool.mean[0, 1]
    assert abs(coffee - 3.0) < 0.1
    assert 0.0 < pool.mean[0, CATALOGUE] < food < coffee
    assert abs(tea - food) < 1e-9
    assert pool.variance[0, 3] > pool.variance[0, 2]


def test_the_scatter_of_offers_is_recovered() -> None:
    rng = np.random.default_rng(1)
    truth = 1.0 + 0.3 * rng.standard_normal(400)
    precision = rng.uniform(5.0, 50.0, 400)
    seen = truth + rng.standard_normal(400) / np.sqrt(precision)
    pool = Pools([0.0], [1.0], [1.0])
    for _ in range(200):
        pool.estimate(tree([-1]), np.ones(400, np.int64), precision[None], (precision * seen)[None])
    assert abs(np.sqrt(pool.scatter[0, 1]) - 0.3) < 0.06
    assert abs(pool.mean[0, 1] - 1.0) < 0.06


def test_offers_that_know_nothing_change_nothing() -> None:
    pool = Pools([-2.0], [0.7], [0.5])
    pool.estimate(tree([-1]), np.ones(9, np.int64), np.zeros((1, 9)), np.zeros((1, 9)))
    np.testing.assert_allclose(pool.mean, -2.0)


def test_a_cycle_of_categories_hangs_below_the_catalogue() -> None:
    looped = tree([1, 0])
    assert (looped.parent == CATALOGUE).all()


def test_offers_whose_levels_wandered_apart_are_not_drawn_back_to_their_category() -> None:
    rng, offers = np.random.default_rng(7), np.arange(60)
    models = DemandModels()
    models.register(offers, offers, np.zeros(60, np.int64), np.zeros(60, np.int64))
    level, errors = 5.0 + rng.standard_normal(60), []
    for week in range(80):
        level = level + 0.3 * rng.standard_normal(60)
        rate = np.exp(level + 0.4 * rng.standard_normal(60))
        units = rng.poisson(rate).astype(float)
        seen = Observations.of(offers, 7 * week * DAY, units, length=7 * DAY, price=1000.0)
        told = models.learn(seen).member("filter").log_location()
        errors.append(np.log(np.maximum(units, 1.0)) - told)
    # a filter that knew both deviations would err by .58
    assert np.sqrt(np.mean(np.square(errors[20:]))) < 0.66
    kept = np.polyfit(level - level.mean(), np.mean(errors[-10:], axis=0), 1)[0]
    assert kept < 0.07


def test_where_shops_differ_more_than_categories_the_catalogue_learns_sooner() -> None:
    known, rows = tree([-1] * 6), np.repeat(np.arange(1, 7), 5)
    precision = np.full(30, 4.0)
    means = []
    for doubt in (0.0, 0.3):
        pool = Pools([0.1], [0.05], [0.03], [doubt])
        pool.estimate(known, rows, precision[None], 0.5 * precision[None])
        means.append(pool.mean[0])
        assert np.ptp(pool.mean[0, 1:]) < 1e-12
    assert 0.1 < means[0][1] < 0.25
    assert 0.4 < means[1][CATALOGUE] < means[1][1] < 0.5
