"""What the mixture and its members are for."""

from __future__ import annotations

import numpy as np

from online_models.demand import DemandModels, DemandSettings, Observations
from online_models.demand.ensemble.drift import accumulate, threshold
from online_models.demand.ensemble.mixture import RATES, SHARE, Mixture
from online_models.demand.inputs.observations import DAY


def test_the_mixture_follows_the_better_expert_and_keeps_a_share_for_the_other() -> None:
    mixture = Mixture(2)
    mixture.grow(2)
    row, mean = np.ones(50, np.int64), np.full(50, 5.0)
    covered = np.ones((50, 2), np.bool_)
    scores = np.stack([np.full(50, -2.0), np.full(50, -1.5)], axis=1)
    for _ in range(30):
        mixture.learn(row, mean, covered, scores)
    weights = mixture.weights(row, mean, covered)
    assert (weights[:, 1] > 0.95).all()
    assert (weights[:, 0] >= 0.0099).all()
    np.testing.assert_allclose(weights.sum(1), 1.0)


def test_an_expert_without_an_opinion_has_no_weight() -> None:
    covered = np.array([[True, False], [True, True]])
    weights = Mixture(2).weights(np.zeros(2, np.int64), np.ones(2), covered)
    np.testing.assert_allclose(weights, [[1.0, 0.0], [0.5, 0.5]])


def test_whatever_is_sold_the_mixture_is_hardly_worse_than_its_best_expert() -> None:
    rng, windows, rows = np.random.default_rng(7), 80, 400
    row, mean = np.ones(rows, np.int64), np.full(rows, 5.0)
    covered = np.ones((rows, 2), np.bool_)
    bound = np.log(2 * len(RATES)) - windows * np.log(1.0 - SHARE)
    for luck in (0.5, 0.6, 0.9):
        mixture, losses = Mixture(2), np.zeros(3)
        mixture.grow(2)
        for _ in range(windows):
            # what surprises, surprises all rows: now one of the experts, now the other
            better = int(rng.random() < luck)
            scores = np.full((rows, 2), -3.0)
            scores[:, better] = -2.0
            weights = mixture.weights(row, mean, covered)
            together = np.log((weights * np.exp(scores)).sum(axis=1))
            losses -= np.append(scores.mean(axis=0), together.mean())
            mixture.learn(row, mean, covered, scores, kept=1.0)
        assert losses[2] < losses[:2].min() + bound


def test_no_expert_wins_by_silence() -> None:
    rows = 40
    mixture, row, mean = Mixture(3), np.zeros(rows, np.int64), np.full(rows, 5.0)
    scores = np.zeros((rows, 3))
    scores[::2, 0] = scores[1::2, 1] = -2.0
    spoken = np.repeat(np.array([[True, True, False]]), rows, axis=0)
    for _ in range(60):
        mixture.learn(row, mean, spoken, scores)
    weights = mixture.weights(row, mean, np.ones((rows, 3), np.bool_))
    np.testing.assert_allclose(weights, 1.0 / 3.0, atol=0.02)


def test_an_opinion_of_few_rows_is_judged_by_those() -> None:
    rows = 100
    mixture, row, mean = Mixture(2), np.zeros(rows, np.int64), np.full(rows, 5.0)
    covered, scores = np.ones((rows, 2), np.bool_), np.full((rows, 2), -2.0)
    covered[4:, 1], scores[:4, 1] = False, -1.5
    for _ in range(30):
        mixture.learn(row, mean, covered, scores)
    assert (mixture.weights(row, mean, covered)[:4, 1] > 0.9).all()


def test_false_alarms_are_as_rare_as_asked() -> None:
    rng = np.random.default_rng(2)
    height = threshold(300.0)
    up = down = np.zeros(200)
    alarms = 0
    for _ in range(3000):
        up, down, alarm = accumulate(up, down, rng.standard_normal(200), height)
        alarms += int(alarm.sum())
    assert 200 < 200 * 3000 / alarms < 450


def test_a_jump_in_demand_raises_the_alarm_and_is_followed() -> None:
    models = DemandModels()
    models.register([0], [0], [0], [0])
    rng = np.random.default_rng(3)
    alarmed = []
    for day in range(160):
        rate = 20.0 if day < 100 else 60.0
        report = models.learn(Observations.of([0], day * DAY, [rng.poisson(rate)], price=1000.0))
        alarmed.append(bool(report.drifted[0]))
    assert sum(alarmed[20:100]) <= 1
    assert any(alarmed[100:110])
    assert 50.0 < report.mean[0] < 70.0


def test_learning_only_from_sales_is_wrong_and_learning_from_all_windows_is_right() -> None:
    rng = np.random.default_rng(4)
    offers = np.arange(60)
    units = rng.poisson(0.2, (200, 60)).astype(float)
    whole, sales_only = DemandModels(), DemandModels()
    for models in (whole, sales_only):
        models.register(offers, offers, np.zeros(60, np.int64), np.zeros(60, np.int64))
    for day in range(200):
        seen = Observations.of(offers, day * DAY, units[day], price=1000.0)
        whole.learn(seen)
        sales_only.learn(seen.take(np.flatnonzero(units[day] > 0)))
    later = Observations.of(offers, 200 * DAY, np.zeros(60), price=1000.0)
    assert abs(whole.predict(later).mean.mean() - 0.2) < 0.05
    assert sales_only.predict(later).mean.mean() > 0.6


def test_the_mixture_gains_from_the_panel_where_channels_share_shocks() -> None:
    found = [_errors_of_a_panel(seed) for seed in (6, 7, 8)]
    mean = {name: np.mean([errors[name] for errors in found]) for name in found[0]}
    assert mean["mixture"] < 0.98 * mean["count"]
    assert mean["mixture"] < mean["panel"]


def _errors_of_a_panel(seed: int) -> dict[str, float]:
    """RMSE of log units a week ahead, by expert."""
    rng = np.random.default_rng(seed)
    products, channels = 4, 20
    offers = np.arange(products * channels)
    models = DemandModels(DemandSettings())
    models.register(offers, offers // channels, offers % channels, np.zeros(80, np.int64))
    base = np.repeat(6.0 + 0.5 * rng.standard_normal(products), channels)
    errors: dict[str, list[float]] = {"count": [], "panel": [], "mixture": []}
    for week in range(70):
        move = np.repeat(rng.choice([0.0, 0.0, -0.3], products), channels)
        shock = np.repeat(0.3 * rng.standard_normal(products), channels)
        rate = np.exp(base - 2.5 * move + shock + 0.1 * rng.standard_normal(80))
        seen = Observations.of(
            offers,
            week * 7 * DAY,
            rng.poisson(rate).astype(float),
            length=7 * DAY,
            price=1000.0 * np.exp(move),
            promoted=(move < 0).astype(float),
        )
        report = models.learn(seen)
        if week >= 30:
            truth = np.log(seen.units)
            for name in errors:
                told = report.forecast if name == "mixture" else report.member(name)
                errors[name].append(float(np.mean((truth - told.log_location()) ** 2)))
    return {name: float(np.sqrt(np.mean(values))) for name, values in errors.items()}
