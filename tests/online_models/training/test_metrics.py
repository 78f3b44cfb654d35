from __future__ import annotations

import numpy as np
import pytest

from online_models.demand.forecast import UnitsForecast
from online_models.training.model_card import measure


def test_measures_of_a_known_forecast() -> None:
    """Sizes so large and means so small that every median is 0, and every mean as given."""
    forecast = UnitsForecast.single(np.array([0.1, 0.1]), np.array([1e9, 1e9]))
    measures = measure(forecast, np.array([0.0, 2.0]), np.array([1.0, np.nan]))
    assert measures.mse == pytest.approx((0.01 + 3.61) / 2)
    assert measures.mae == 1.0
    assert measures.wape == 1.0
    assert measures.mase == 0.0
    assert measures.bias == pytest.approx(-0.9)
    # quantiles .1 and .5 are 0, .9 is 0 too: e^−0.1 > .9
    assert measures.pinball == pytest.approx(np.mean([0.1, 0.5, 0.9]) * 2.0 / 2)


def test_without_any_naive_forecast_there_is_no_mase() -> None:
    forecast = UnitsForecast.single(np.ones(2), np.ones(2))
    assert np.isnan(measure(forecast, np.ones(2), np.full(2, np.nan)).mase)
