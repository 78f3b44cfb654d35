"""Any model by its import path learns, says curves, and goes on after a restart."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from online_models.demand.river import state as river_state
from online_models.forecasting.building import build
from online_models.forecasting.forecaster import HORIZON, Forecaster
from online_models.forecasting.observed import ObservedWindow, read
from schemas.topics import TOPICS, decode
from schemas.values.instants import DAY, to_ms, to_text

START = 1_700_006_400_000 // DAY * DAY
PIPELINE = {
    "model": "river.compose.Pipeline",
    "args": [
        {"model": "river.preprocessing.StandardScaler"},
        {"model": "river.linear_model.BayesianLinearRegression"},
    ],
}
ENSEMBLE = {
    "model": "river.ensemble.BaggingRegressor",
    "args": [PIPELINE],
    "n_models": 3,
    "seed": 7,
}


def record(sku: str, day: int, units: float, price: str) -> bytes:
    value = {
        "sku": sku,
        "channel": "web",
        "bucket_start": to_text(START + day * DAY),
        "bucket_end": to_text(START + (day + 1) * DAY),
        "units": units,
        "views": 0,
        "price": price,
        "stocked_out": False,
        "features": {"available": 1.0},
    }
    return json.dumps(value).encode()


def windows(days: int, offers: int = 12, elasticity: float = -3.0) -> list[list[ObservedWindow]]:
    rng = np.random.default_rng(5)
    found = []
    for day in range(days):
        price = 10.0 * np.exp(rng.normal(0.0, 0.08, offers))
        units = rng.poisson(20.0 * (price / 10.0) ** elasticity)
        rows = zip(units.tolist(), price.tolist(), strict=True)
        found.append([read(record(f"s{k}", day, u, f"{p:.2f}")) for k, (u, p) in enumerate(rows)])
    return found


def learnt(described: dict[str, Any], by: str = "all", days: int = 60) -> Forecaster:
    forecaster = Forecaster("mine", described, by)
    for window in windows(days):
        forecaster.learn(window)
    return forecaster


@pytest.mark.parametrize("described", [PIPELINE, ENSEMBLE], ids=["pipeline", "ensemble"])
def test_a_pooled_model_learns_how_demand_answers_to_prices(described: dict[str, Any]) -> None:
    forecaster = learnt(described)
    (curve, *_) = forecaster.curves(windows(60)[-1], DAY)
    low, high = curve["points"][0], curve["points"][-1]
    assert low["units"] > 1.3 * high["units"]
    assert forecaster.mae.get() < 0.9 * forecaster.naive_mae.get()


def test_a_curve_is_a_record_of_the_topic_for_the_windows_to_come() -> None:
    forecaster = learnt(PIPELINE, days=20)
    for value in forecaster.curves(windows(20)[-1], DAY):
        found = decode("demand-forecasts", json.dumps(value).encode())
        # the window of day 19 is observed when day 20 is over
        assert found.bucket_start == START + 21 * DAY
        assert found.horizon == HORIZON
        assert [point.price for point in found.points] == sorted(p.price for p in found.points)
    assert TOPICS["demand-forecasts"].key_of(value) == value["sku"]


@pytest.mark.parametrize("by", ["all", "offer"])
def test_a_restored_forecaster_goes_on_as_if_nothing_had_been(by: str) -> None:
    whole, part = learnt(PIPELINE, by, days=30), learnt(PIPELINE, by, days=20)
    again = Forecaster("mine", PIPELINE, by)
    again.restore(river_state.decode(river_state.encode(part.state())))
    for window in windows(30)[20:]:
        again.learn(window)
    last = windows(30)[-1]
    assert list(again.curves(last, DAY)) == list(whole.curves(last, DAY))
    assert again.mae.get() == whole.mae.get()


class Nonsense:
    """A model of somebody's own that fails or makes no sense."""

    def learn_one(self, x: dict[str, float], y: float) -> None:
        raise RuntimeError("not today")

    def predict_one(self, x: dict[str, float]) -> float:
        return float("nan")


def test_a_model_that_fails_is_begun_anew_and_forecasts_the_level_meanwhile() -> None:
    forecaster = learnt({"model": f"{__name__}.Nonsense"}, days=15)
    assert forecaster.restarts > 0
    (curve, *_) = forecaster.curves(windows(15)[-1], DAY)
    assert all(np.isfinite(point["units"]) for point in curve["points"])


@pytest.mark.parametrize("path", ["nowhere.Thing", "river.linear_model.Nothing", "thing", "json"])
def test_a_path_that_leads_nowhere_is_named(path: str) -> None:
    with pytest.raises(ValueError, match=path.replace(".", r"\.")):
        build({"model": path})


def test_bulk_orders_are_left_out_of_the_units() -> None:
    value = json.loads(record("a", 0, 50, "9.99")) | {"features": {"bulk_units": 45}}
    assert read(json.dumps(value).encode()).units == 5.0
    assert read(json.dumps(value).encode()).start == to_ms(value["bucket_start"])
