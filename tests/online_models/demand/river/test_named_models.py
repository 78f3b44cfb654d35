"""River's own models beside ours."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from river import drift

from online_models.demand.evaluation.checks import RIVER
from online_models.demand.inputs.observations import DAY, Observations
from online_models.demand.river import state as river_state
from online_models.demand.river.named_models import RiverModels

AUTOREGRESSION = "river.time_series.SNARIMAX(p=1, d=0, q=1)"


def days(count: int, seed: int = 0) -> list[Observations]:
    rng = np.random.default_rng(seed)
    out = []
    for day in range(count):
        price = 1000.0 * np.exp(rng.choice([-0.2, 0.0], 4))
        units = rng.poisson(20.0 * (price / 1000.0) ** -2.0).astype(float)
        out.append(Observations.of(np.arange(4), day * DAY, units, price=price))
    return out


@pytest.mark.parametrize("name", [*RIVER, AUTOREGRESSION, "time_series.HoltWinters(alpha=0.3)"])
def test_a_river_model_is_plugged_in_by_name(name: str) -> None:
    challenger = RiverModels(name)
    errors = []
    for t, seen in enumerate(days(80)):
        forecast = challenger.forecast(seen, seen.offer)
        assert np.isfinite(forecast.mean).all()
        if t > 40:
            errors.append(np.log((seen.units + 1) / (forecast.mean + 1)))
        challenger.learn(seen, seen.offer)
    # an autoregression knows no prices
    assert np.sqrt(np.mean(np.square(errors))) < (0.9 if "SNARIMAX" in name else 0.45)


def test_the_price_is_learnt_where_the_model_takes_features() -> None:
    challenger = RiverModels("linear_model.BayesianLinearRegression")
    for seen in days(200):
        challenger.learn(seen, seen.offer)
    low = Observations.of([0, 1], 200 * DAY, 0.0, price=[1000.0, 1000.0 * np.exp(-0.2)])
    usual = Observations.of([0, 1], 200 * DAY, 0.0, price=[1000.0, 1000.0])
    assert (
        challenger.forecast(low, low.offer).mean[1]
        > 1.2 * challenger.forecast(usual, usual.offer).mean[1]
    )


def test_a_price_that_stays_unlearns_no_response() -> None:
    rng = np.random.default_rng(5)
    challenger = RiverModels("linear_model.BayesianLinearRegression")
    for day in range(160):
        moved = rng.choice([-0.2, 0.0, 0.2], 4) if day < 80 else np.full(4, 0.3)
        price = 1000.0 * np.exp(moved)
        units = rng.poisson(50.0 * np.exp(-2.0 * moved)).astype(float)
        seen = Observations.of(np.arange(4), day * DAY, units, price=price)
        challenger.learn(seen, np.zeros(4, np.int64))

    def sold(gap: float) -> float:
        at = Observations.of([0], 160 * DAY, 0.0, price=[1000.0 * np.exp(0.3 + gap)])
        return float(challenger.forecast(at, np.zeros(1, np.int64)).mean[0])

    elasticity = np.log(sold(0.1) / sold(-0.1)) / 0.2
    assert -2.4 < elasticity < -1.6
    assert sold(0.0) == pytest.approx(50.0 * np.exp(-0.6), rel=0.2)


@pytest.mark.parametrize(
    "name",
    [
        "linear_model.Oracle",
        "nowhere.Model",
        "linear_model.base",
        "cluster.KMeans",
        "linear_model.LinearRegression(l3=1)",
        "linear_model.LinearRegression(l2=open)",
        "linear_model.LinearRegression(l1=0.1, l2=0.1)",
        "linear_model.LinearRegression(optimizer=3)",
        "tree.HoeffdingTreeRegressor(max_depth='deep')",
        "time_series.SNARIMAX(p='many', d=0, q=0)",
    ],
)
def test_a_name_that_is_no_model_is_named_in_the_error(name: str) -> None:
    with pytest.raises(ValueError, match="river: "):
        RiverModels(name)


@pytest.mark.parametrize(
    "text",
    [
        "river.forest.ARFRegressor(n_models=2, seed=1)",
        "river.linear_model.PARegressor",
        "river.tree.SGTRegressor",
        "river.drift.PageHinkley",
        "river.drift.ADWIN",
        *RIVER,
        AUTOREGRESSION,
    ],
)
def test_the_state_of_a_river_object_goes_on_where_it_was_written_down(text: str) -> None:
    rng = np.random.default_rng(1)
    if ".drift." in text:
        model = getattr(drift, text.rpartition(".")[2])()
    else:
        model = RiverModels(text)._model(0)

    def step(subject: object) -> list[float]:
        draws = rng_at.normal(size=60)
        said = []
        for x in draws.tolist():
            if hasattr(subject, "update"):
                subject.update(x)
                said.append(float(subject.drift_detected))
            elif hasattr(subject, "forecast"):
                subject.learn_one(x)
                said.append(float(subject.forecast(1)[0]))
            else:
                said.append(float(subject.predict_one({"x": x})))
                subject.learn_one({"x": x}, 2.0 * x)
        return said

    rng_at = rng
    step(model)
    again = river_state.decode(river_state.encode(model))
    rng_at = np.random.default_rng(2)
    went_on = step(model)
    rng_at = np.random.default_rng(2)
    assert step(again) == went_on
    assert river_state.encode(again) == river_state.encode(model)


@pytest.mark.parametrize(
    "name", ["os:system", "river.base.base:typing.Any", "river.datasets.base:get_data_home"]
)
def test_bytes_that_name_anything_but_river_are_refused(name: str) -> None:
    data = msgspec.msgpack.encode(["o", name, ["true"], None, [], []])
    with pytest.raises(river_state.RiverStateError):
        river_state.decode(data)
