"""River's own models beside ours."""

from __future__ import annotations

import numpy as np
import pytest

from online_models.demand.challengers import NAMES, RiverChallenger
from online_models.demand.observations import DAY, Observations


def days(count: int, seed: int = 0) -> list[Observations]:
    rng = np.random.default_rng(seed)
    out = []
    for day in range(count):
        price = 1000.0 * np.exp(rng.choice([-0.2, 0.0], 4))
        units = rng.poisson(20.0 * (price / 1000.0) ** -2.0).astype(float)
        out.append(Observations.of(np.arange(4), day * DAY, units, price=price))
    return out


@pytest.mark.parametrize("name", [*NAMES, "time_series.HoltWinters"])
def test_a_river_model_is_plugged_in_by_name(name: str) -> None:
    parameters = {"alpha": 0.3} if name.endswith("HoltWinters") else {}
    challenger = RiverChallenger(name, **parameters)
    errors = []
    for t, seen in enumerate(days(80)):
        forecast = challenger.forecast(seen)
        assert np.isfinite(forecast.mean).all()
        if t > 40:
            errors.append(np.log((seen.units + 1) / (forecast.mean + 1)))
        challenger.learn(seen)
    assert np.sqrt(np.mean(np.square(errors))) < 0.45


def test_an_autoregression_is_plugged_in_with_its_parameters() -> None:
    challenger = RiverChallenger("time_series.SNARIMAX", p=1, d=0, q=1)
    for seen in days(60):
        assert np.isfinite(challenger.forecast(seen).mean).all()
        challenger.learn(seen)


def test_the_price_is_learnt_where_the_model_takes_features() -> None:
    challenger = RiverChallenger("linear_model.BayesianLinearRegression")
    for seen in days(200):
        challenger.learn(seen)
    low = Observations.of([0, 1], 200 * DAY, 0.0, price=[1000.0, 1000.0 * np.exp(-0.2)])
    usual = Observations.of([0, 1], 200 * DAY, 0.0, price=[1000.0, 1000.0])
    assert challenger.forecast(low).mean[1] > 1.2 * challenger.forecast(usual).mean[1]


@pytest.mark.parametrize("name", ["linear_model.Oracle", "nowhere.Model", "linear_model.base"])
def test_a_name_that_is_no_model_is_named_in_the_error(name: str) -> None:
    with pytest.raises(ValueError, match=f"challenger.*{name}"):
        RiverChallenger(name)
