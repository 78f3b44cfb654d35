"""Demand that leaves its forecast is told, and learnt anew."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.demand.ensemble.drift import DriftWatch
from online_models.demand.ensemble.models import DemandModels
from online_models.demand.inputs.observations import DAY, Observations
from online_models.persistence.plain import same
from online_models.persistence.saved import restore, save

OFFERS = 30


def learnt(shift: float, days: int = 110) -> tuple[DemandModels, int, list[str], list[float]]:
    """Days of a category that sells `shift` times as much from day 60 on."""
    rng, rows = np.random.default_rng(5), np.arange(OFFERS)
    models, alarms, drifted, misses = DemandModels(), [], 0, []
    models.register(rows, rows, np.zeros(OFFERS, int), np.zeros(OFFERS, int))
    for day in range(days):
        units = rng.poisson(6.0 * (shift if day >= 60 else 1.0), OFFERS).astype(float)
        report = models.learn(Observations.of(rows, day * DAY, units, price=1000.0))
        drifted += int(report.drifted.sum()) if day >= 60 else 0
        alarms += [drift.detector for drift in models.watch.drain()]
        misses.append(abs(float(np.log(report.mean.sum() / units.sum()))))
    return models, drifted, alarms, misses


def test_steady_demand_raises_no_alarm() -> None:
    _, drifted, alarms, _ = learnt(1.0)
    assert alarms == []
    assert drifted <= 3


def test_adwin_sees_a_bias_that_stays() -> None:
    rng, watch = np.random.default_rng(2), DriftWatch()
    row, judged = np.ones(1, np.int64), np.ones(1, np.bool_)
    for day in range(200):
        watch.update(row, rng.normal(1.0 if day >= 100 else 0.0, 0.5, 1), judged)
    assert (1, "ADWIN") in watch.drain()
    assert watch.drain() == []


@pytest.mark.parametrize("seed", range(4))
def test_a_category_is_judged_by_how_its_own_mean_scatters(seed: int) -> None:
    rng, watch = np.random.default_rng(seed), DriftWatch()
    row, judged, drifting = np.ones(1, np.int64), np.ones(1, np.bool_), []
    # the mean of 25 offers, which halve at four units a day
    for day in range(100):
        score = rng.normal(-0.8 if day >= 60 else 0.0, 0.2, 1)
        if len(watch.update(row, score, judged)):
            drifting.append(day)
    assert 60 < drifting[0] < 66


def test_a_steady_category_is_hardly_ever_taken_to_drift() -> None:
    rng, watch = np.random.default_rng(3), DriftWatch()
    rows, judged = np.arange(20), np.ones(20, np.bool_)
    false = sum(len(watch.update(rows, rng.normal(0.0, 0.2, 20), judged)) for _ in range(1000))
    assert false <= 8


def halved(
    widen: bool, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[tuple[int, int, str]], float]:
    """The alarms where one of two categories sells half from day 60 on, and by how much the filter
    expects too much of it in the third week after.
    """
    rng, rows, models, alarms = np.random.default_rng(0), np.arange(50), DemandModels(), []
    models.register(rows, rows, 0 * rows, rows % 2)
    if not widen:
        monkeypatch.setattr(models.filter, "widen", lambda _offers, _days: None)
    rate, concerned = np.exp(rng.normal(1.0, 0.9, 50)), rows % 2 == 0
    sold = expected = 0.0
    for day in range(81):
        units = rng.poisson(rate * np.where(concerned & (day >= 60), 0.5, 1.0)).astype(float)
        report = models.learn(Observations.of(rows, day * DAY, units, price=1000.0))
        alarms += [(day, *drift) for drift in models.watch.drain()]
        if day >= 74:
            sold += units[concerned].sum()
            expected += report.member("filter").mean[concerned].sum()
    return alarms, float(np.log(expected / sold))


def test_a_category_that_halves_is_told_within_a_week_and_learnt_anew_sooner(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alarms, excess = halved(True, monkeypatch)
    assert [alarm[1:] for alarm in alarms] == [(1, "PageHinkley")]
    assert alarms[0][0] < 67
    _, untold = halved(False, monkeypatch)
    assert excess < 0.7 * untold


def test_a_shift_is_found_and_forgotten_within_days() -> None:
    models, drifted, alarms, misses = learnt(2.5)
    assert "PageHinkley" in alarms
    assert drifted > OFFERS // 2
    assert np.mean(misses[85:]) < 0.12
    again = restore(DemandModels(), save(models))
    assert same(save(again), save(models))
