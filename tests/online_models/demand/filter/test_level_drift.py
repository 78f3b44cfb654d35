"""How fast levels drift is judged by whole days."""

from __future__ import annotations

import numpy as np

from online_models.demand.ensemble.models import DemandModels
from online_models.demand.filter.level_drift import FASTEST
from online_models.demand.inputs.observations import Observations
from online_models.demand.settings import DemandSettings
from schemas.values.instants import HOUR


def test_a_days_course_is_no_drift_of_levels() -> None:
    models, rng = DemandModels(DemandSettings(experts=("filter",))), np.random.default_rng(4)
    few = np.arange(3)
    models.register(few, few, 0 * few, 0 * few)
    course = np.exp(np.sin(np.arange(24) / 24 * 2.0 * np.pi))
    for hour in range(24 * 20):
        units = rng.poisson(20.0 * course[hour % 24], len(few))
        models.learn(Observations.of(few, hour * HOUR, units, length=HOUR, price=1000.0))
    # levels that never moved: the drift stays near where it began, .06, far from its bound
    assert np.sqrt(models.filter.level_drift.variance) < 0.6 * FASTEST
