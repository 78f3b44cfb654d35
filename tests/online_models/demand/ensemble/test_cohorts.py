"""Offers alike in price and margin: what a newcomer starts from beside its category."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from online_models.demand.ensemble.cohorts import GROUPS, LEAST, Cohorts
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.inputs.observations import DAY, Observations
from online_models.persistence.saved import restore, save

OFFERS = 120
CATEGORIES = 3
COST = 500.0
CHEAP, DEAR = 1000.0, 5000.0


def shop(days: int = 15) -> DemandModels:
    """Cheap offers sell 8 a day, dear ones 1, in every category alike; two more are new."""
    models, rows = DemandModels(), np.arange(OFFERS + 2)
    models.register(rows, rows, np.zeros(len(rows), np.int64), rows % CATEGORIES)
    price = np.where(rows % 2 == 0, CHEAP, DEAR)
    models.priced(rows, price, np.full(len(rows), COST))
    rng = np.random.default_rng(5)
    old = rows[:OFFERS]
    for day in range(days):
        units = rng.poisson(np.where(old % 2 == 0, 8.0, 1.0))
        models.learn(Observations.of(old, day * DAY, units, price=price[:OFFERS]))
    return models


def levels(models: DemandModels, offers: NDArray[np.int64]) -> NDArray[np.float64]:
    now = np.full(len(offers), 20 * DAY)
    posterior = models.filter.posterior(offers, models.registry.category_row[offers], now)
    level: NDArray[np.float64] = posterior.mean[0]
    return level


def test_newcomers_start_as_their_like_sell_and_alike_without_cohorts() -> None:
    models, new = shop(), np.array([OFFERS, OFFERS + 1])
    before = levels(models, new)
    assert before[0] == pytest.approx(before[1], abs=0.05)
    models.expect(new, np.array([CHEAP, DEAR]), 20 * DAY)
    cheap, dear = levels(models, new)
    assert cheap == pytest.approx(np.log(8.0), abs=0.3)
    assert dear == pytest.approx(0.0, abs=0.4)


def test_what_a_newcomer_was_expected_to_sell_says_nothing_of_its_category() -> None:
    told, plain = shop(), shop()
    new = np.full(1, OFFERS)
    told.expect(new, np.full(1, CHEAP), 20 * DAY)
    for models in (told, plain):
        rows = np.arange(OFFERS + 1)
        models.learn(Observations.of(rows, 20 * DAY, np.full(len(rows), 8.0), price=CHEAP))
    beside = float(told.filter.state.cold_start_level[OFFERS])
    assert beside > 0.5
    row = int(told.registry.category_row[OFFERS])
    means = [models.filter.pools.shared.mean[0, row] for models in (told, plain)]
    # the newcomer alone sold what it did: one of forty, and its own part is taken out
    assert abs(means[0] - means[1]) < 2.0 * beside / (OFFERS / CATEGORIES)


def test_too_few_offers_make_no_groups() -> None:
    cohorts, n = Cohorts(), LEAST * GROUPS - 1
    cohorts.grow(n)
    rows, ones = np.arange(n), np.ones(n)
    cohorts.describe(rows, 1e3 * ones + rows, COST * ones)
    cohorts.learn(1, rows, rows - n / 2, ones, ones)
    assert cohorts.due(1)
    assert not cohorts.cold_start_level(rows).any()


def test_offers_without_a_price_or_a_cost_are_of_no_cohort() -> None:
    models = shop()
    models.priced(np.array([OFFERS, OFFERS + 1]), np.array([0.0, CHEAP]), np.array([COST, 0.0]))
    assert models.cohorts.cold_start_level(np.array([OFFERS, OFFERS + 1])).tolist() == [0.0, 0.0]
    assert models.cohorts.cold_start_level(np.array([0, 1])).all()


def test_cohorts_survive_a_snapshot() -> None:
    models = shop()
    again = restore(DemandModels(), save(models))
    rows = np.arange(OFFERS + 2)
    assert np.array_equal(
        again.cohorts.cold_start_level(rows), models.cohorts.cold_start_level(rows)
    )
    assert again.cohorts.due(14) == models.cohorts.due(14)


def test_offers_that_are_all_alike_are_one_group() -> None:
    cohorts, n = Cohorts(), 2 * LEAST * GROUPS
    cohorts.grow(n)
    rows, ones = np.arange(n), np.ones(n)
    cohorts.describe(rows, 1e3 * ones, COST * ones)
    cohorts.learn(1, rows, 0.5 * ones, 0.1 * ones, ones)
    assert set(cohorts.cold_start_level(rows).tolist()) == {cohorts.cold_start_level(rows)[0]}
    assert 0.4 < float(cohorts.cold_start_level(rows)[0]) <= 0.5
