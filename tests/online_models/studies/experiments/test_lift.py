from __future__ import annotations

import numpy as np
import pytest

from online_models.market import compose
from online_models.studies.experiments.lift import FIRST_LOOK, Lift, LiftExperiment

EXPERIMENTS = 500


def draw(rng: np.random.Generator, units: int, share: float, lift: float, days: int) -> list[Lift]:
    """One experiment on units of very unequal size: a look a day from the first on.

    A unit's profit is its size times a slowly varying level, plus counting noise; treatment adds
    `lift` relative, different from unit to unit.
    """
    size = rng.lognormal(3.0, 0.7, units)
    held_out = np.zeros(units, dtype=np.bool_)
    held_out[rng.permutation(units)[: round(share * units)]] = True
    effect = np.where(held_out, 0.0, lift * rng.gamma(4.0, 0.25, units))
    before = rng.normal(size, np.sqrt(size) / 4.0)
    experiment = LiftExperiment(held_out, before)
    level, looks = np.zeros(units), []
    for _ in range(days):
        level = 0.95 * level + rng.normal(0.0, 0.05, units)
        mean = size * (1.0 + effect) * np.exp(level)
        experiment.learn(rng.normal(mean, 2.0 * np.sqrt(size)))
        found = experiment.lift()
        if found is not None:
            looks.append(found)
    return looks


@pytest.mark.parametrize(("units", "share"), [(120, 0.1), (400, 0.2)])
def test_intervals_cover_and_peeking_does_not_mislead(units: int, share: float) -> None:
    rng = np.random.default_rng(units)
    first, last, ever = [], [], []
    for _ in range(EXPERIMENTS):
        looks = draw(rng, units, share, lift=0.0, days=90)
        first.append(not looks[0].absolute.excludes(0.0))
        last.append(not looks[-1].absolute.excludes(0.0))
        ever.append(any(look.sequence.excludes(0.0) for look in looks))
    assert 0.93 <= np.mean(first) <= 0.97
    assert 0.93 <= np.mean(last) <= 0.97
    assert np.mean(ever) <= 0.05


def test_relative_intervals_cover_a_true_lift_and_peeking_does_not_mislead() -> None:
    rng = np.random.default_rng(3)
    covered, ever = [], []
    for _ in range(EXPERIMENTS):
        looks = draw(rng, 300, 0.2, lift=0.08, days=60)
        covered.append(not looks[-1].relative.excludes(0.08))
        ever.append(any(look.relative_sequence.excludes(0.08) for look in looks))
    assert 0.93 <= np.mean(covered) <= 0.97
    assert np.mean(ever) <= 0.05


def test_a_strong_lift_is_found_by_the_sequence_too() -> None:
    rng = np.random.default_rng(4)
    looks = [draw(rng, 400, 0.2, lift=0.15, days=90)[-1] for _ in range(40)]
    assert np.mean([look.sequence.lower > 0.0 for look in looks]) > 0.8


def test_the_lift_of_better_prices_in_a_market_is_covered() -> None:
    covered = []
    for seed in range(EXPERIMENTS):
        market = compose("plain", seed=seed, offers=120, sales=20.0)
        goods, rng = market.assortment, np.random.default_rng(seed)
        held_out = np.zeros(120, dtype=np.bool_)
        held_out[rng.permutation(120)[:24]] = True
        first, best = goods.first_price, market.clairvoyant().prices
        prices = np.where(held_out, first, best)
        static, dynamic = (market.expected_profits(p).astype(float) for p in (first, best))
        days = market.draw_units(first, 28, seed=1).mean(axis=0)
        experiment = LiftExperiment(held_out, goods.margins(first.astype(float)) * days)
        for units in market.draw_units(prices, 30, seed=2):
            experiment.learn(goods.margins(prices.astype(float)) * units)
        found = experiment.lift()
        assert found is not None
        covered.append(not found.absolute.excludes(float((dynamic - static).mean())))
    assert 0.93 <= np.mean(covered) <= 0.985


def test_there_is_no_interval_before_the_first_look() -> None:
    held_out = np.arange(20) < 6
    experiment = LiftExperiment(held_out, np.zeros(20))
    rng = np.random.default_rng(0)
    for _ in range(FIRST_LOOK - 1):
        experiment.learn(rng.normal(10.0, 1.0, 20))
        assert experiment.lift() is None
    experiment.learn(rng.normal(10.0, 1.0, 20))
    assert experiment.lift() is not None


def test_an_arm_of_too_few_units_is_refused() -> None:
    with pytest.raises(ValueError, match="held_out"):
        LiftExperiment(np.arange(20) < 2, np.zeros(20))
    with pytest.raises(ValueError, match="before"):
        LiftExperiment(np.arange(20) < 9, np.zeros(19))
