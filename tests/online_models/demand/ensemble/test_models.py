"""The models of a partition as their users see them."""

from __future__ import annotations

import numpy as np

from online_models.demand import DemandContext, DemandModels, Observations
from online_models.demand.inputs.observations import DAY
from online_models.demand.settings import DemandSettings
from online_models.persistence.plain import leaves, same
from online_models.persistence.saved import restore, save

RNG = np.random.default_rng(5)


def market(
    offers: int, days: int, elasticity: float = -2.5, rate: float = 8.0, seed: int = 5
) -> list[Observations]:
    """Days of a log-linear market whose prices move at random."""
    rng = np.random.default_rng(seed)
    level = np.log(rate) + 0.4 * rng.standard_normal(offers)
    price = np.full(offers, 1000.0)
    out = []
    for day in range(days):
        move = rng.random(offers) < 0.2
        price = np.where(move, 1000.0 * np.exp(0.12 * rng.standard_normal(offers)), price)
        units = rng.poisson(np.exp(level + elasticity * np.log(price / 1000.0))).astype(float)
        out.append(Observations.of(np.arange(offers), day * DAY, units, price=price))
    return out


def registered(offers: int, categories: int = 2) -> DemandModels:
    models = DemandModels()
    rows = np.arange(offers)
    models.register(rows, rows, np.zeros(offers, np.int64), rows % categories)
    return models


def context(offers: int, day: int, price: float = 1000.0) -> DemandContext:
    full = np.full(offers, price)
    nothing = np.zeros(offers)
    return DemandContext(
        np.full(offers, day * DAY), full, np.full(offers, np.nan), nothing, nothing
    )


def test_an_unseen_offer_starts_at_the_prior_and_then_at_its_category() -> None:
    models = registered(41)
    rows = np.arange(41)
    cold = models.curves(rows, context(41, 0))
    np.testing.assert_allclose(cold.elasticity, DemandSettings().elasticity_mean, atol=1e-6)
    assert (cold.elasticity_variance > 0.4).all()
    for seen in market(40, 120, elasticity=-3.2):
        models.learn(seen)
    warm = models.curves(rows, context(41, 120))
    assert abs(warm.elasticity[40] + 3.2) < 0.4
    assert abs(warm.elasticity[:40].mean() + 3.2) < 0.2
    assert abs(warm.log_rate[40] - np.log(8.0)) < 0.5


def test_what_was_sold_in_a_quarter_of_the_days_is_a_quarter_of_the_demand() -> None:
    models, rng, rows = registered(12), np.random.default_rng(6), np.arange(12)
    for day in range(60):
        units = rng.poisson(np.full(12, 5.0)).astype(float)
        models.learn(Observations.of(rows, day * DAY, units, price=1000.0, available=0.25))
    whole = Observations.of(rows, 60 * DAY, np.zeros(12), price=1000.0)
    told = models.predict(whole)
    for name in ("count", "filter"):
        assert 17.0 < float(told.member(name).mean.mean()) < 23.0, name


def test_a_restored_model_goes_on_like_the_original() -> None:
    days = market(12, 30)
    models = registered(12, 3)
    for seen in days[:20]:
        models.learn(seen)
    again = restore(DemandModels(models.settings), save(models))
    for seen in days[20:]:
        first, second = models.learn(seen), again.learn(seen)
        np.testing.assert_array_equal(first.forecast.mean, second.forecast.mean)
    assert same(save(models), save(again))


def test_many_days_at_once_equal_one_day_at_a_time_in_any_order_of_rows() -> None:
    days = market(12, 10)
    slow, fast = registered(12), registered(12)
    reports = [slow.learn(seen).forecast.mean for seen in days]
    columns = {
        name: np.concatenate([getattr(day, name) for day in days])
        for name in Observations.__dataclass_fields__
    }
    whole = Observations(**columns)
    order = RNG.permutation(len(whole))
    report = fast.learn(whole.take(order))
    found = np.empty(len(whole))
    found[order] = report.forecast.mean
    np.testing.assert_array_equal(found, np.concatenate(reports))
    one, other = leaves(save(slow)), leaves(save(fast))
    for (name, array), (_, same_array) in zip(one, other, strict=True):
        np.testing.assert_array_equal(array, same_array, err_msg=name)


def test_a_channels_missing_day_is_not_learnt_as_zeros() -> None:
    models = registered(40)
    for seen in market(40, 40):
        models.learn(seen)
    before = models.forecast(np.arange(40), context(40, 41)).mean
    gap = Observations.of(np.arange(40), 40 * DAY, np.zeros(40), price=np.full(40, 1000.0))
    report = models.learn(gap)
    assert report.skipped.all()
    after = models.forecast(np.arange(40), context(40, 41)).mean
    np.testing.assert_allclose(after, before, rtol=1e-3)


def test_no_stock_is_no_evidence() -> None:
    models = registered(3)
    for seen in market(3, 40):
        models.learn(seen)
    before = models.curves(np.arange(3), context(3, 45)).log_rate
    for day in range(40, 45):
        models.learn(
            Observations.of(np.arange(3), day * DAY, np.zeros(3), price=1000.0, available=0.0)
        )
    np.testing.assert_array_equal(models.curves(np.arange(3), context(3, 45)).log_rate, before)


def test_draws_have_the_posterior_moments() -> None:
    models = registered(2)
    for seen in market(2, 50):
        models.learn(seen)
    curves = models.curves(np.zeros(20000, np.int64), context(20000, 50))
    level, slope = curves.sample(RNG.standard_normal((20000, 2)))
    assert abs(slope.mean() - curves.elasticity[0]) < 0.02
    np.testing.assert_allclose(slope.var(), curves.elasticity_variance[0], rtol=0.05)
    np.testing.assert_allclose(level.var(), curves.log_rate_variance[0], rtol=0.05)
    np.testing.assert_allclose(np.cov(level, slope)[0, 1], curves.covariance[0], atol=2e-3)


def test_hours_of_a_fast_seller_tell_more_of_its_elasticity_than_its_days() -> None:
    rng, rows = np.random.default_rng(0), np.arange(4)
    truth = np.array([-1.2, -2.0, -2.8, -3.2])
    errors = {}
    for length in (DAY, DAY // 24):
        models = DemandModels()
        models.register(rows, rows, np.zeros(4, int), np.zeros(4, int))
        for start in range(0, 21 * DAY, length):
            hour = start % DAY * 24 // DAY
            if hour == 0:
                price = 1000.0 * np.exp(rng.choice([-0.1, 0.0, 0.1], 4))
                rate = 40.0 * (price / 1000.0) ** truth
                shape = 1.0 + 0.5 * np.sin(np.pi * (np.arange(24) - 8.0) / 12.0)
                units = rng.poisson(rate * shape[:, None] * rng.gamma(20.0, 0.05, (24, 4)))
            sold = units.sum(axis=0) if length == DAY else units[hour]
            models.learn(Observations.of(rows, start, sold, length=length, price=price))
        context = DemandContext(
            np.full(4, 21 * DAY), np.full(4, 1000.0), np.full(4, np.nan), np.zeros(4), np.zeros(4)
        )
        errors[length] = np.abs(models.curves(rows, context).elasticity - truth)
    assert errors[DAY // 24].mean() < 0.6 * errors[DAY].mean()
    assert errors[DAY // 24].max() < 0.7
