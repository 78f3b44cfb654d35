"""The panel model's forecast is the distribution that the model is learnt with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from online_models.demand import DemandModels
from online_models.demand.inputs.observations import DAY, Observations
from online_models.demand.panel.prediction import PanelPrediction, nothing_covered
from online_models.numerics.arrays import Flags
from online_models.numerics.special import NINETY_PERCENT

FREEDOM = 5.0
MEDIAN = 2000.0


def predicted(variance: float, n: int) -> PanelPrediction:
    """One forecast of `n` rows alike."""
    return replace(
        nothing_covered(n),
        covered=np.ones(n, np.bool_),
        location=np.full(n, np.log(MEDIAN)),
        variance=np.full(n, variance),
    )


@pytest.mark.parametrize("variance", [0.03, 0.1, 0.3, 1.0])
def test_a_week_far_off_is_as_probable_as_a_student_t_says(variance: float) -> None:
    scale = np.sqrt(variance) * NINETY_PERCENT / stats.t.ppf(0.95, FREEDOM)
    units = np.round(MEDIAN * np.exp(scale * np.array([-6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0])))
    low, high = (
        stats.t.cdf(np.log((units + half) / MEDIAN) / scale, FREEDOM) for half in (-0.5, 0.5)
    )
    score = predicted(variance, len(units)).forecast().log_score(units)
    # the widest forecasts have less of the very far right, where most of their mean would lie
    allowed = np.where((variance > 0.5) & (units > 500.0 * MEDIAN), 10.0, 1.2)
    assert (np.abs(score - np.log(high - low)) < allowed).all()


@pytest.mark.parametrize("variance", [0.03, 0.3, 1.0])
def test_its_interval_is_that_of_the_variance_stated(variance: float) -> None:
    reach = NINETY_PERCENT * np.sqrt(variance)
    forecast = predicted(variance, 2).forecast()
    low, high = forecast.cdf(MEDIAN * np.exp(np.array([-reach, reach])))
    assert high - low == pytest.approx(0.9, abs=0.02)
    assert forecast.quantile(0.5)[0] == pytest.approx(MEDIAN, rel=0.04)


def test_a_dozen_weeks_show_that_products_scatter_more_than_was_thought() -> None:
    rng, offers = np.random.default_rng(3), np.arange(12)
    models, inside = DemandModels(), list[Flags]()
    models.register(offers, offers, 0 * offers, 0 * offers)
    for week in range(20):
        units = rng.poisson(np.exp(5.0 + 1.2 * rng.standard_normal(12)))
        seen = Observations.of(offers, week * 7 * DAY, units, length=7 * DAY, price=1000.0)
        low, high = models.learn(seen).member("panel").pit(seen.units)
        if week >= 6:
            inside.append((high > 0.05) & (low < 0.95))
    assert 0.83 < float(np.mean(inside)) < 0.96
