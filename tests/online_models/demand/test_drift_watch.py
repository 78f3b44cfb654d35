"""Demand that leaves its forecast is told, and learnt anew."""

from __future__ import annotations

import numpy as np

from online_models.demand.drift_watch import DriftWatch
from online_models.demand.models import DemandModels
from online_models.demand.observations import DAY, Observations

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


def test_a_shift_is_found_and_forgotten_within_days() -> None:
    models, drifted, alarms, misses = learnt(2.5)
    assert "PageHinkley" in alarms
    assert drifted > OFFERS // 2
    assert np.mean(misses[85:]) < 0.12
    again = DemandModels.restore(models.snapshot())
    assert {k: v.tobytes() for k, v in again.snapshot().items()} == {
        k: v.tobytes() for k, v in models.snapshot().items()
    }
