"""What the prequential comparison counts, and what it leaves out."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.demand import DemandModels, Observations, UnitsForecast
from online_models.demand.evaluation.prequential import BINS, COVERAGE, Evaluation, Score
from online_models.demand.inputs.observations import DAY


def test_the_first_window_of_an_offer_that_joins_late_is_judged_for_no_model() -> None:
    models, evaluation = DemandModels(), Evaluation()
    models.register([0, 1], [0, 1], [0, 0], [0, 0])
    for day in range(20):
        rows = np.arange(1 if day < 10 else 2)
        seen = Observations.of(rows, day * DAY, np.full(len(rows), 5.0), price=1000.0)
        evaluation.add(seen, models.learn(seen))
    scores = evaluation.judged()
    assert evaluation.observations == 30
    # five days of warm-up, and the first one of the second offer
    assert scores["mixture"].n == scores["last value"].n == 15 + 9


@pytest.mark.parametrize("rate", [0.3, 3.0, 300.0])
def test_counts_that_follow_their_forecast_are_covered_as_often_as_claimed(rate: float) -> None:
    rng, n = np.random.default_rng(4), 20_000
    score = Score()
    forecast = UnitsForecast.single(np.full(n, rate), np.full(n, 1.5))
    units = rng.poisson(rng.gamma(1.5, rate / 1.5, n)).astype(float)
    score.add(forecast, units, rng.random(n))
    assert score.covered / n == pytest.approx(COVERAGE, abs=0.01)
    assert np.abs(score.places / n - 1.0 / BINS).max() < 0.01
