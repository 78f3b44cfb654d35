from __future__ import annotations

import numpy as np

from online_models.studies.experiments.lift import Interval, student


def test_student_interval_covers_the_mean_in_95_of_100_samples() -> None:
    rng = np.random.default_rng(0)
    found = [student(rng.normal(3.0, 2.0, 6)) for _ in range(2000)]
    assert 0.935 < np.mean([not i.excludes(3.0) for i in found]) < 0.965


def test_bounds_belong_to_the_interval() -> None:
    interval = Interval(1.0, 0.0, 2.0)
    assert not interval.excludes(0.0)
    assert not interval.excludes(2.0)
    assert interval.excludes(2.1)
